using Twitch.Media;

namespace Twitch.Media.Tests;

public class StreamSourceTests
{
    [Theory]
    [InlineData("https://a.tv/x/live.m3u8", SourceKind.Http, "https://a.tv/x/live.m3u8")]
    [InlineData("http://bob:secret@a.tv:80/live.m3u8?token=abcdef#frag", SourceKind.Http, "http://a.tv:80/live.m3u8")]
    [InlineData("rtmp://a.tv/app/live_123_key", SourceKind.Rtmp, "rtmp://a.tv/app/…")]
    [InlineData("rtsp://admin:admin@10.0.0.2/cam", SourceKind.Rtsp, "rtsp://10.0.0.2/cam")]
    [InlineData("srt://a.tv:9000?passphrase=0123456789", SourceKind.Srt, "srt://a.tv:9000")]
    [InlineData("udp://239.0.0.1:1234", SourceKind.Udp, "udp://239.0.0.1:1234")]
    [InlineData("-", SourceKind.StandardInput, "stdin")]
    [InlineData("camera:2", SourceKind.Camera, "camera:2")]
    [InlineData("/dev/video0", SourceKind.Camera, "/dev/video0")]
    [InlineData("screen::0.0", SourceKind.Screen, "screen::0.0")]
    public void Sources_are_known_by_their_form_and_shown_without_secrets(string text, SourceKind kind, string name)
    {
        StreamSource source = StreamSource.Parse(text);

        Assert.Equal((kind, name), (source.Kind, source.ToString()));
    }

    [Theory]
    [InlineData("http://bob:secret@a.tv/x?token=abcdef", "secret abcdef")]
    [InlineData("rtmp://a.tv/app/live_123_key", "live_123_key")]
    [InlineData("rtsp://admin:passw@10.0.0.2/cam", "passw")]
    public void Messages_of_programs_lose_the_secrets(string text, string secrets)
    {
        StreamSource source = StreamSource.Parse(text);

        string message = source.Redact($"{text}: failed; tcp://x:y@a.tv; {text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..]}; key '{text[(text.LastIndexOf('/') + 1)..]}'");

        Assert.All(secrets.Split(' '), secret => Assert.DoesNotContain(secret, message, StringComparison.Ordinal));
        Assert.StartsWith($"{source}: failed", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.tv/live.m3u8?t=1#x", "http://a.tv.https.invalid:443/live.m3u8?t=1#x")]
    [InlineData("https://a.tv:8443", "http://a.tv.https.invalid:8443")]
    [InlineData("https://a.tv:80/x", "http://a.tv.https.invalid:80/x")]
    [InlineData("https://10.0.0.2/x?u=https://b.tv/", "http://10.0.0.2.https.invalid:443/x?u=https://b.tv/")]
    [InlineData("https://[2001:db8::1]:444/x", "http://2001-db8--1.https6.invalid:444/x")]
    [InlineData("https://bob:pass@a.tv/@x", "http://bob:pass@a.tv.https.invalid:443/@x")]
    [InlineData("http://a.tv/?u=https://b.tv/", "http://a.tv/?u=https://b.tv/")]
    [InlineData("http://a.tv/?u=http://b.tv.https.invalid:443/", "http://a.tv/?u=http://b.tv.https.invalid:443/")]
    public void An_https_address_is_marked_and_found_again(string address, string marked)
    {
        Assert.Equal(marked, HttpsMark.Put(address));
        Assert.Equal(address.Replace(":443", "", StringComparison.Ordinal), HttpsMark.Remove(marked).Replace(":443", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://a.tv.https.invalid/x", "https://a.tv:80/x")]
    [InlineData("http://a.tv.https.invalid.evil.tv/x", "http://a.tv.https.invalid.evil.tv/x")]
    [InlineData("http://a.tv.https.invalid.:443/x", "http://a.tv.https.invalid.:443/x")]
    [InlineData("http://.https.invalid/x", "http://.https.invalid/x")]
    [InlineData("http://https.invalid/x", "http://https.invalid/x")]
    [InlineData("http://a.tv/.https.invalid:443/", "http://a.tv/.https.invalid:443/")]
    public void Only_a_marked_host_is_taken_for_one(string address, string expected) => Assert.Equal(expected, HttpsMark.Remove(address));

    [Fact]
    public void A_message_shows_https_addresses_as_they_were_given()
    {
        StreamSource source = StreamSource.Parse("https://a.tv/live.m3u8?token=abcdef");

        Assert.Equal("https://a.tv/live.m3u8: failed", source.Redact("http://a.tv.https.invalid:443/live.m3u8?token=abcdef: failed"));
        Assert.Equal("'https://[2001:db8::1]:8443/1.ts', https://b.tv/ and c.tv, c.tv:444.", source.Redact("'http://2001-db8--1.https6.invalid:8443/1.ts', http://b.tv.https.invalid:443/ and c.tv.https.invalid, c.tv.https.invalid:444."));
    }

    [Theory]
    [InlineData("", ExitCode.Usage)]
    [InlineData("gopher://a.tv/x", ExitCode.Usage)]
    [InlineData("file:///etc/passwd", ExitCode.Usage)]
    [InlineData("no-such-file.mp4", ExitCode.BadInput)]
    public void What_cannot_be_read_is_refused(string text, ExitCode exitCode) =>
        Assert.Equal(exitCode, Assert.Throws<TwitchException>(() => StreamSource.Parse(text)).ExitCode);
}
