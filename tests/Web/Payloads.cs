namespace Twitch.Web.Tests;

/// <summary>500 comments that run a script where a page puts them into its markup, an attribute, a script or an address.</summary>
internal static class Payloads
{
    // Each calls @, which stands for one of the calls below.
    private static readonly string[] Vectors =
    [
        "<script>@</script>",
        "<script src=/canary.js></script>",
        "<img src=x onerror=@>",
        "<img src=/canary.png>",
        "<IMG SRC=x OnErRoR=@>",
        "<img/src=x/onerror=@>",
        "<img src=\"x\" onerror=\"@\" alt=\"a",
        "<svg onload=@>",
        "<svg/onload=@//",
        "<svg><script>@</script></svg>",
        "<svg><animate onbegin=@ attributeName=x dur=1s></svg>",
        "<svg><a xlink:href=\"javascript:@\"><text>x</text></a></svg>",
        "<svg><set attributeName=x onbegin=@></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img src=x onerror=@>",
        "<body onload=@>",
        "<iframe src=\"javascript:@\"></iframe>",
        "<iframe srcdoc=\"<script>parent.@</script>\"></iframe>",
        "<iframe onload=@></iframe>",
        "<object data=\"javascript:@\"></object>",
        "<object data=/canary onerror=@></object>",
        "<embed src=\"javascript:@\">",
        "<video><source onerror=@></video>",
        "<video src=x onerror=@></video>",
        "<audio src=x onerror=@></audio>",
        "<input autofocus onfocus=@>",
        "<select autofocus onfocus=@></select>",
        "<textarea autofocus onfocus=@></textarea>",
        "<details open ontoggle=@>x</details>",
        "<marquee onstart=@>x</marquee>",
        "<a href=\"javascript:@\" id=clickme>x</a>",
        "<form action=\"javascript:@\"><button>x</button></form>",
        "<form><button formaction=\"javascript:@\">x</button></form>",
        "<base href=\"/canary/\">",
        "<link rel=stylesheet href=/canary.css onload=@>",
        "<link rel=prefetch href=/canary.bin>",
        "<meta http-equiv=refresh content=\"0;url=/canary.html\">",
        "<style>@import '/canary.css';</style>",
        "<style>*{background:url(/canary.png)}</style>",
        "<p style=\"background:url(/canary.png);animation:x\" onanimationstart=@>x</p>",
        "<template><img src=x onerror=@></template>",
        "\"><script>@</script>",
        "'><img src=x onerror=@>",
        "\" autofocus onfocus=@ x=\"",
        "' onmouseover='@' style='position:fixed;inset:0' x='",
        "</p></main></body></html><script>@</script>",
        "</title></textarea></style></script><script>@</script>",
        "-->]]><script>@</script>",
        "javascript:@",
        "\"});@;//",
        "${@}{{constructor.constructor('@')()}}",
    ];

    private static readonly string[] Calls =
    [
        "window.hit=1",
        "alert(1)",
        "fetch('/canary')",
        "top.hit=1",
        "new(Image)().src='/canary'",
        "setTimeout('window.hit=1')",
        "self['al'+'ert'](1)",
        "&#119;indow.hit=1",
        "eval('window.hit=1')",
        "document.title='hit'",
    ];

    /// <summary>Every vector with every call.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Calls.SelectMany(call => Vectors.Select(vector => vector.Replace("@", call, StringComparison.Ordinal)))];
}
