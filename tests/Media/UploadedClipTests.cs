using System.Net;
using System.Net.Sockets;
using Twitch.Media;
using Twitch.Media.Uploads;

namespace Twitch.Media.Tests;

public sealed class UploadedClipTests(Clips clips) : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly ModelConfig Config = ModelConfig.Published with { Frame = new FrameSpec(12, 16), WindowSeconds = 5 };
    private readonly string _folder = Directory.CreateTempSubdirectory("uploads").FullName;

    [Theory]
    [InlineData("mp4", "-movflags +faststart")]
    [InlineData("mp4", "")]    // the index comes last
    [InlineData("mkv", "")]
    [InlineData("ts", "")]
    [InlineData("flv", "")]
    public async Task A_confined_decoder_sees_and_hears_what_a_recording_gives(string extension, string flags)
    {
        string path = clips.Make($"upload{flags.Length}.{extension}", $"-f lavfi -i testsrc=size=64x48:rate=10:duration=5.3 -f lavfi -i {Clips.Sound(5.3)} {Clips.H264} -c:a aac {flags}");
        RecordedWindow expected = Recording.ReadWindow(new MediaSource(path), Config, TimeSpan.Zero, TimeSpan.FromSeconds(5), Cancellation);

        UploadedClip clip = await Decode(path);
        RecordedWindow window = clip.Window(TimeSpan.FromSeconds(5));

        Assert.Equal(expected.Range, window.Range);
        Assert.InRange(window.Frames.Zip(expected.Frames, (a, b) => Math.Abs(a - b)).Max(), 0, 2);    // two versions of ffmpeg
        Assert.Equal(expected.Mel, window.Mel);
        Assert.InRange(clip.Length.TotalSeconds, 5.3, 5.37);    // a codec's last packet may go over
    }

    [Fact]
    public async Task Sound_alone_has_black_frames_and_a_warning()
    {
        UploadedClip clip = await Decode(clips["sound.m4a"]);

        Assert.All(clip.Window(TimeSpan.FromSeconds(3)).Frames, value => Assert.Equal(0, value));
        Assert.Equal(["the clip: has no picture; every frame is black."], clip.Warnings);
    }

    [Fact]
    public async Task A_clip_that_is_too_long_is_refused_by_its_promise_and_by_its_content()
    {
        UploadLimits limits = UploadLimits.Standard with { Length = TimeSpan.FromSeconds(4) };
        string silent = clips.Make("promises-nothing.ts", $"-f lavfi -i {Clips.Picture(6)} {Clips.H264}");

        var promised = await Assert.ThrowsAsync<ClipRefusedException>(() => Decode(clips.Plain, limits));
        await Assert.ThrowsAsync<ClipRefusedException>(() => Decode(silent, limits));

        Assert.Equal("the clip is 6 s long; at most 4 s are read: cut it.", promised.Message);
    }

    [Fact]
    public async Task A_decoder_that_wants_too_much_memory_is_refused_it()
    {
        var e = await Assert.ThrowsAsync<ClipRefusedException>(() => Decode(clips.Plain, UploadLimits.Standard with { MemoryBytes = 40 << 20 }));

        Assert.Contains("clip is no recording", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decoder_that_takes_too_long_is_ended()
    {
        var e = await Assert.ThrowsAsync<ClipRefusedException>(() => Decode(clips.Plain, UploadLimits.Standard with { Time = TimeSpan.FromMilliseconds(1) }));

        Assert.StartsWith("decoding the clip took longer than 0.001 s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nURL\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile 'URL'\n")]
    [InlineData("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet><Representation><BaseURL>URL</BaseURL></Representation></AdaptationSet></Period></MPD>")]
    [InlineData("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\na=control:URL\n")]
    [InlineData("[playlist]\nFile1=URL\n")]
    [InlineData("WEBVTT\n\n00:00.000 --> 00:05.000\n<img src=\"URL\">\n")]
    [InlineData("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"URL\"\n")]
    public void A_text_that_names_other_places_is_no_clip(string text) => Assert.Null(ClipContainer.Detect(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>The reader is forced here, as if the detection had been fooled: the second wall stands alone.</summary>
    [Theory]
    [InlineData("hls", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nURL\n#EXT-X-ENDLIST\n")]
    [InlineData("concat", "ffconcat version 1.0\nfile 'URL'\n")]
    [InlineData("dash", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT5S\"><Period><AdaptationSet contentType=\"video\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>URL</BaseURL></Representation></AdaptationSet></Period></MPD>")]
    [InlineData("mov", "REFERENCE")]
    public async Task No_reader_reaches_a_file_or_an_address(string demuxer, string content)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> reached = listener.AcceptTcpClientAsync(Cancellation).AsTask();
        string http = $"http://{listener.LocalEndpoint}/segment.ts", file = Path.GetFullPath(clips.Make("secret.ts", $"-i {clips.Plain} -c copy"));

        foreach (string url in (string[])[http, "http://169.254.169.254/latest/meta-data/", file, $"file:{file}"])
        {
            string path = Path.Combine(_folder, "upload");
            await File.WriteAllBytesAsync(path, content == "REFERENCE" ? ReferenceMovie.WithoutMedia(await File.ReadAllBytesAsync(clips.Plain, Cancellation), url) : System.Text.Encoding.UTF8.GetBytes(content.Replace("URL", url, StringComparison.Ordinal)), Cancellation);

            await Assert.ThrowsAsync<ClipRefusedException>(() => UploadedClip.DecodeAsync(path, new ClipContainer(demuxer), Config, UploadLimits.Standard, Cancellation));
        }

        Assert.False(reached.IsCompleted);
    }

    /// <summary>So that the test above can fail: allowed its usual protocols, the same ffmpeg opens the same address.</summary>
    [Fact]
    public async Task A_reader_that_may_do_more_reaches_the_same_address()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string path = Path.Combine(_folder, "upload");
        await File.WriteAllTextAsync(path, $"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://{listener.LocalEndpoint}/segment.ts\n#EXT-X-ENDLIST\n", Cancellation);

        using var program = System.Diagnostics.Process.Start("ffprobe", ["-v", "quiet", "-protocol_whitelist", "file,http,tcp", "-f", "hls", path]);
        using TcpClient reached = await listener.AcceptTcpClientAsync(Cancellation);

        Assert.True(reached.Connected);
        program.Kill();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<UploadedClip> Decode(string path, UploadLimits? limits = null) => await UploadedClip.DecodeAsync(
        path, ClipContainer.Detect((await File.ReadAllBytesAsync(path, Cancellation)).AsSpan(0, ClipContainer.HeadSize))!, Config, limits ?? UploadLimits.Standard, Cancellation);
}
