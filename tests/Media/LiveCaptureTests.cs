using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Twitch.Media;
using Twitch.Media.Uploads;

namespace Twitch.Media.Tests;

/// <summary>Real sources on this machine: files, pipes, and ffmpeg as a server.</summary>
public class LiveCaptureTests(Clips clips)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string LateSound => $"-f lavfi -i {Clips.Picture(5)} -f lavfi -itsoffset 0.7 -i {Clips.Sound(4)} -map 0:v -map 1:a {Clips.H264} -c:a aac";

    [Theory]
    [InlineData("plain.mp4")]
    [InlineData("late.mp4")]
    [InlineData("late.ts")]
    [InlineData("silent.mp4")]
    [InlineData("blind.m4a")]
    [InlineData("live-cover.mp3")]
    [InlineData("whole-seconds.mp3")]
    public async Task A_file_gives_the_seconds_that_a_recording_gives(string name)
    {
        string path = name switch
        {
            "late.mp4" => clips.Make(name, LateSound),
            "late.ts" => clips.Make(name, $"-i {clips.Make("late.mp4", LateSound)} -map 0 -c copy -f mpegts"),
            "silent.mp4" => clips.Make(name, $"-i {clips.Plain} -map 0:v -c copy"),
            "blind.m4a" => clips.Make(name, $"-i {clips.Plain} -map 0:a -c copy"),
            "live-cover.mp3" => clips.Make(name, $"-i {clips.Plain} -f lavfi -i color=red:s=32x32:d=1:r=1 -map 0:a -map 1:v -frames:v 1 -c:v mjpeg -disposition:v attached_pic"),
            "whole-seconds.mp3" => clips.Make(name, $"-i {clips.Plain} -map 0:a -t 2"),    // 2 s, and padding that is cut off
            _ => clips.Plain,
        };
        ReadStream recorded = ReadStream.Of(path);

        (List<byte[]> frames, List<float> mel, _) = await Read(path);

        Assert.Equal(recorded.Frames.Count, frames.Count);
        for (int i = 0; i < frames.Count; i++)
            Assert.True(recorded.Frames[i].AsSpan().SequenceEqual(frames[i]), $"frame {i} differs");
        Assert.InRange(mel.Count, 1, recorded.Mel.Count);    // a recording's last second brings what is left, too
        for (int i = 0; i < mel.Count; i++)
            Assert.Equal(recorded.Mel[i], mel[i], 1e-4f);
    }

    [Theory]
    [InlineData("begins-silent.mp4", 48, 3, 45)]
    [InlineData("ends-silent.mp4", 50, 3, 0)]
    [InlineData("ends-still.mp4", 3, 50, 0)]
    public async Task A_file_with_a_track_that_is_short_or_late_is_read_to_its_end(string name, int picture, int sound, int soundBegins)
    {
        string path = clips.Make(name, $"-f lavfi -i {Clips.Picture(picture)} -itsoffset {soundBegins} -f lavfi -i {Clips.Sound(sound)} -map 0:v -map 1:a {Clips.H264} -c:a aac");
        ReadStream recorded = ReadStream.Of(path);

        (List<byte[]> frames, List<float> mel, LiveCapture capture) = await Read(path);

        Assert.Equal((CaptureEnd.Ended, recorded.Frames.Count), (capture.Ending, frames.Count));
        for (int i = 0; i < frames.Count; i++)    // the last one stands for the rest
            Assert.True(recorded.Frames[i].AsSpan().SequenceEqual(frames[i]), $"frame {i} differs");
        Assert.Equal(recorded.Mel, mel);
    }

    [Theory]
    [InlineData("same", 64, "0.4*sin(3000*t)*gte(t,2)|0", 44100)]
    [InlineData("size", 96, "0.4*sin(3000*t)*gte(t,2)|0", 44100)]
    [InlineData("rate", 64, "0.4*sin(3000*t)*gte(t,2)|0", 48000)]
    [InlineData("mono", 64, "0.2*sin(3000*t)*gte(t,2)", 44100)]
    public async Task A_stream_whose_format_changes_stays_on_its_clock(string what, int width, string sound, int rate)
    {
        string path = clips[$"changes-{what}.ts"];
        byte[] first = File.ReadAllBytes(clips.Make("before.ts", $"-f lavfi -i {Clips.Picture(5)} -f lavfi -i {Clips.Sound(5)} -map 0:v -map 1:a {Clips.H264} -c:a aac"));
        byte[] second = File.ReadAllBytes(clips.Make($"after-{what}.ts", $"-f lavfi -i {Clips.Picture(5, width)} -f lavfi -i aevalsrc='{sound}':d=5:s={rate} -map 0:v -map 1:a {Clips.H264} -c:a aac -output_ts_offset 5"));
        File.WriteAllBytes(path, [.. first, .. second]);

        (List<byte[]> frames, List<float> mel, _) = await Read(path);
        ReadStream recorded = ReadStream.Of(path);
        UploadedClip uploaded = await UploadedClip.DecodeAsync(path, new ClipContainer("mpegts"), ModelConfig.Published with { Frame = ReadStream.Frame, WindowSeconds = 10 }, UploadLimits.Standard, Cancellation);

        Assert.All([frames.Count, recorded.Frames.Count, uploaded.FrameCount], seconds => Assert.InRange(seconds, 10, 11));    // the sound's beginning is the stream's
        double[] shown = Clips.PictureNumbers(frames);
        foreach (int i in (int[])[0, 1, 2, 3, 4, 6, 7, 8, 9])    // at 5 s it may be the one before or after the change
            Assert.InRange(shown[i], (i * 10 % 50) - 2, (i * 10 % 50) + 1);
        Assert.InRange(uploaded.Length.TotalSeconds, 9.8, 10.2);    // the second part's clock begins a little before the first one's end
        foreach (ReadStream heard in (ReadStream[])[recorded, recorded with { Mel = mel }, recorded with { Mel = [.. uploaded.Window(TimeSpan.FromSeconds(10)).Mel] }])
        {
            Assert.InRange(heard.Loudest(4.2, 4.9), -2, 20);
            Assert.InRange(heard.Loudest(5.2, 6.7), -25, -6);
            Assert.InRange(heard.Loudest(7.05, 9), -2, 20);
        }
        Assert.Empty(uploaded.Warnings);
        Assert.DoesNotContain(recorded.Report.Warnings, warning => warning.Contains("sound", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pictures_that_fail_do_not_stop_the_sound()
    {
        string path = clips.Make("large.mp4", $"-f lavfi -i testsrc=s=320x240:r=10:d=6 -i {clips["sound.m4a"]} -map 0:v -map 1:a {Clips.H264} -c:a copy");    // a picture is more than a pipe holds
        await using LiveCapture capture = LiveCapture.Start(StreamSource.Parse(path), new FrameSpec(0, 0), MelSpec.Standard);

        int seconds = await capture.SecondsAsync(Cancellation).CountAsync(Cancellation);

        Assert.InRange(seconds, 6, 7);
        Assert.Equal(CaptureEnd.Failed, capture.Ending);
        Assert.Contains("0x0 was asked for", capture.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_at_its_own_speed_does_not_stall_where_its_picture_ends()
    {
        string path = clips.Make("still.mp4", $"-f lavfi -i {Clips.Picture(1)} -f lavfi -i {Clips.Sound(4)} -map 0:v -map 1:a {Clips.H264} -c:a aac");

        (List<byte[]> frames, _, LiveCapture capture) = await Read(path, new LiveCaptureOptions { Realtime = true, Stall = TimeSpan.FromSeconds(1) });

        Assert.Equal((CaptureEnd.Ended, "it ended", 4), (capture.Ending, capture.Reason, frames.Count));
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:{0}", "-c copy -f mpegts tcp://127.0.0.1:{0}?listen=1")]
    [InlineData("srt://127.0.0.1:{0}", "-c copy -f mpegts srt://127.0.0.1:{0}?mode=listener")]
    [InlineData("rtmp://127.0.0.1:{0}/live/key", "-c copy -f flv -listen 1 rtmp://127.0.0.1:{0}/live/key")]
    [InlineData("http://127.0.0.1:{0}/x", "-c copy -f mpegts -listen 1 http://127.0.0.1:{0}/x")]
    public async Task A_server_on_the_loopback_is_read_as_a_file_is(string source, string server)
    {
        int port = FreePort(udp: source.StartsWith("srt", StringComparison.Ordinal));
        using Process serving = Ffmpeg($"-i {clips.Plain} {string.Format(null, server, port)}");
        ReadStream recorded = ReadStream.Of(clips.Plain);

        List<byte[]> frames = [];
        for (int tries = 0; tries < 50 && frames.Count == 0; tries++)    // until it listens
            (frames, _, _) = await Read(string.Format(null, source, port));

        Assert.InRange(frames.Count, 5, 7);
        double[] shown = Clips.PictureNumbers(frames), expected = Clips.PictureNumbers(recorded.Frames);
        for (int i = 1; i < 5; i++)    // a container's own clock may be a frame off
            Assert.InRange(shown[i], expected[i] - 1.3, expected[i] + 1.3);
    }

    [Fact]
    public async Task A_pipe_that_stops_is_stalled_and_ffmpeg_is_gone_after_it()
    {
        string pipe = clips["stalls.ts"];
        byte[] bytes = File.ReadAllBytes(clips.Make("long.ts", $"-stream_loop 4 -i {clips.Plain} -c copy"));    // enough for ffmpeg to know what it is
        await using FileStream writer = MakePipe(pipe);
        Task writing = Task.Run(() => writer.Write(bytes.AsSpan(0, bytes.Length * 2 / 3)), Cancellation);

        (List<byte[]> frames, _, LiveCapture capture) = await Read(pipe, new LiveCaptureOptions { Stall = TimeSpan.FromSeconds(1), BufferSeconds = 60 });

        Assert.NotEmpty(frames);
        Assert.Equal((CaptureEnd.Stalled, "no frame for 1 s"), (capture.Ending, capture.Reason));
        await writing;
    }

    [Fact]
    public async Task The_first_seconds_of_a_stream_come_before_its_rate_could_be_guessed()
    {
        string pipe = clips["begins.flv"];
        byte[] bytes = File.ReadAllBytes(clips.Make("short.flv", $"-i {clips.Plain} -t 4 -c copy"));    // who would guess it waits for five seconds
        await using FileStream writer = MakePipe(pipe);
        Task writing = Task.Run(() => writer.Write(bytes), Cancellation);

        await using LiveCapture capture = LiveCapture.Start(StreamSource.Parse(pipe), ReadStream.Frame, MelSpec.Standard, new LiveCaptureOptions { Stall = TimeSpan.FromSeconds(20) });
        await foreach (LiveSecond second in capture.SecondsAsync(Cancellation))
        {
            if (second.Second.Index == 1)
                break;
        }

        Assert.Equal(CaptureEnd.None, capture.Ending);
        await writing;
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_failure_in_ffmpegs_words_without_secrets()
    {
        (List<byte[]> frames, _, LiveCapture capture) = await Read($"http://bob:secret@127.0.0.1:{FreePort()}/live.m3u8?token=abcdef");

        Assert.Empty(frames);
        Assert.Equal(CaptureEnd.Failed, capture.Ending);
        Assert.Contains("Connection refused", capture.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", capture.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("abcdef", capture.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_playlist_is_read_as_it_grows()
    {
        string folder = Directory.CreateDirectory(clips["hls"]).FullName;
        using Process live = Ffmpeg($"-stream_loop -1 -i {clips.Plain} -c copy -f hls -hls_time 1 -hls_list_size 6 -hls_flags omit_endlist {folder}/live.m3u8");
        (HttpListener server, string root) = Serve();
        using HttpListener serving = server;
        Task answering = AnswerAsync(server, folder);
        while (!File.Exists($"{folder}/live.m3u8"))
            await Task.Yield();

        await using LiveCapture capture = LiveCapture.Start(StreamSource.Parse(root + "live.m3u8"), ReadStream.Frame, MelSpec.Standard, new LiveCaptureOptions { BufferSeconds = 60 });
        int[] seconds = await capture.SecondsAsync(Cancellation).Select(second => second.Second.Index).Take(20).ToArrayAsync(Cancellation);    // more than the playlist ever holds
        live.Kill();
        server.Stop();
        await answering;

        Assert.Equal(Enumerable.Range(0, 20), seconds);
    }

    [Theory]
    [InlineData("vod.m3u8")]
    [InlineData("plain.mp4")]
    public async Task A_complete_playlist_and_a_file_of_the_net_are_recordings_that_end(string name)
    {
        string folder = Directory.CreateDirectory(clips["complete"]).FullName;
        Clips.Run("ffmpeg", $"-v error -y -i {clips.Plain} -c copy -f hls -hls_time 1 -hls_list_size 0 {folder}/vod.m3u8");
        File.Copy(clips.Plain, Path.Combine(folder, "plain.mp4"), overwrite: true);
        (HttpListener server, string root) = Serve();
        using HttpListener serving = server;
        Task answering = AnswerAsync(server, folder);

        (List<byte[]> frames, _, LiveCapture capture) = await Read(root + name);
        server.Stop();
        await answering;

        Assert.Equal((CaptureEnd.Ended, true), (capture.Ending, capture.IsRecording));
        Assert.InRange(frames.Count, 6, 7);
        Assert.Equal(0, capture.Statistics.Dropped);
    }

    [Theory]
    [InlineData("camera:99", "Cannot open video device camera:99: No such file or directory")]
    [InlineData("screen::99.0", "Cannot open display screen::99.0")]
    public async Task A_device_that_is_not_there_is_a_failure_in_ffmpegs_words(string source, string expected)
    {
        (List<byte[]> frames, _, LiveCapture capture) = await Read(source);

        Assert.Empty(frames);
        Assert.Equal(CaptureEnd.Failed, capture.Ending);
        Assert.Contains(expected, capture.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("camera:2", "-f v4l2 -i /dev/video2")]
    [InlineData("/dev/video0", "-f v4l2 -i /dev/video0")]
    [InlineData("screen::1.0", "-f x11grab -framerate 5 -i :1.0")]
    [InlineData("rtsp://cam.test/1", "-protocol_whitelist rtsp,rtsps,rtp,srtp,rtcp,udp,tcp,tls -rtsp_flags prefer_tcp -i rtsp://cam.test/1")]
    public void Devices_and_cameras_are_opened_by_their_own_readers(string source, string expected) =>
        Assert.Contains(expected, string.Join(' ', SourceInput.Live(StreamSource.Parse(source), new LiveCaptureOptions()).Arguments), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://a.tv/1", null, "-protocol_whitelist http,https,tcp,tls,crypto,httpproxy -i https://a.tv/1")]
    [InlineData("https://a.tv/1", "http://127.0.0.1:9/", "-i http://a.tv.https.invalid:443/1")]
    [InlineData("http://a.tv/1", "http://127.0.0.1:9/", "-i http://a.tv/1")]
    public void Through_a_proxy_plain_http_alone_is_spoken(string source, string? proxy, string expected)
    {
        string arguments = string.Join(' ', SourceInput.Live(StreamSource.Parse(source), new LiveCaptureOptions { HttpProxy = proxy is null ? null : new Uri(proxy) }).Arguments);

        Assert.Contains(expected, arguments, StringComparison.Ordinal);
        Assert.Equal(proxy is not null, arguments.Contains("-protocol_whitelist http,tcp,crypto -format_whitelist hls,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_playlist_of_the_net_does_not_reach_files()
    {
        (HttpListener listener, string root) = Serve();
        using HttpListener server = listener;
        Task serving = Task.Run(async () =>
        {
            HttpListenerContext request = await server.GetContextAsync();
            request.Response.ContentType = "application/vnd.apple.mpegurl";
            await request.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile://{clips.Plain}\n#EXT-X-ENDLIST\n"), Cancellation);
            request.Response.Close();
        }, Cancellation);

        (List<byte[]> frames, _, LiveCapture capture) = await Read(root + "live.m3u8");

        Assert.Empty(frames);
        Assert.Equal(CaptureEnd.Failed, capture.Ending);
        await serving;
    }

    [Fact]
    public async Task A_damaged_stream_is_read_where_it_can_be()
    {
        byte[] bytes = File.ReadAllBytes(clips.Make("whole.ts", $"-i {clips.Plain} -c copy"));
        new Random(3).NextBytes(bytes.AsSpan(bytes.Length / 3, bytes.Length / 10));
        string path = clips["damaged.ts"];
        File.WriteAllBytes(path, bytes);

        (List<byte[]> frames, _, _) = await Read(path);

        Assert.InRange(frames.Count, 5, 7);
    }

    [Fact]
    public async Task A_looped_file_goes_on_on_one_clock()
    {
        await using LiveCapture capture = LiveCapture.Start(StreamSource.Parse(clips.Plain), ReadStream.Frame, MelSpec.Standard, new LiveCaptureOptions { Loop = true });

        int[] seconds = await capture.SecondsAsync(Cancellation).Select(second => second.Second.Index).Take(20).ToArrayAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 20), seconds);
    }

    [Fact]
    public void What_has_a_speed_of_its_own_is_not_played_at_another() =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<TwitchException>(() => LiveCapture.Start(StreamSource.Parse("http://127.0.0.1/x"), ReadStream.Frame, MelSpec.Standard, new LiveCaptureOptions { Realtime = true })).ExitCode);

    private static async Task<(List<byte[]> Frames, List<float> Mel, LiveCapture Capture)> Read(string source, LiveCaptureOptions? options = null)
    {
        var (frames, mel) = (new List<byte[]>(), new List<float>());
        await using LiveCapture capture = LiveCapture.Start(StreamSource.Parse(source), ReadStream.Frame, MelSpec.Standard, options);
        await foreach (LiveSecond second in capture.SecondsAsync(Cancellation))
        {
            Assert.Equal(frames.Count, second.Second.Index);
            Assert.Equal(mel.Count / MelSpec.Standard.MelCount, second.Second.FirstStep);
            frames.Add(second.Second.Frame.ToArray());
            mel.AddRange(second.Second.Mel.Span);
        }
        return (frames, mel, capture);
    }

    // Stays open and silent once all is written.
    private static FileStream MakePipe(string path)
    {
        FileSystem.MakeNamedPipe(path);
        return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    private static (HttpListener Server, string Root) Serve()
    {
        var server = new HttpListener();
        string root = $"http://127.0.0.1:{FreePort()}/";
        server.Prefixes.Add(root);
        server.Start();
        return (server, root);
    }

    // The files of a folder, until the server is stopped.
    private static async Task AnswerAsync(HttpListener server, string folder)
    {
        try
        {
            while (true)
            {
                HttpListenerContext asked = await server.GetContextAsync();
                string path = Path.Combine(folder, Path.GetFileName(asked.Request.Url!.AbsolutePath));
                asked.Response.StatusCode = File.Exists(path) ? 200 : 404;
                asked.Response.Close(File.Exists(path) ? await File.ReadAllBytesAsync(path) : [], willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or InvalidOperationException)    // it was stopped
        {
        }
    }

    private static Process Ffmpeg(string arguments) => ChildProcess.Start("ffmpeg", $"-v error -nostdin -readrate 8 {arguments}".Split(' '));

    private static int FreePort(bool udp = false)
    {
        if (udp)
        {
            using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
        }
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
