using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Twitch.Runtime;
using Twitch.Media;
using Twitch.Runtime.Tests;
using Twitch.Serving.Uploads;

namespace Twitch.Serving.Tests;

public class ClipTests(TinyRecording recording) : IClassFixture<TinyRecording>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly byte[] _clip = File.ReadAllBytes(recording.Path);

    [Fact]
    public async Task A_clip_gets_the_comments_of_generate()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        CommentModel model = server.Services.GetRequiredService<ServedModel>().Model;
        var sampling = model.Sampling with { Seed = 7 };
        TimedComment[] expected = await model.CommentEveryAsync(model.OpenRecording(new MediaSource(recording.Path)), TimeSpan.FromSeconds(8), null, null, sampling, 2, cancellation: Cancellation).ToArrayAsync(Cancellation);

        JsonNode raw = await TwitchServer.JsonOf(await server.Client.PostAsync("/v1/comments?every=8&count=2&seed=7", new ByteArrayContent(_clip), Cancellation));
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" }, { new ByteArrayContent(_clip), "clip", "clip.mp4" } };
        JsonNode formed = await TwitchServer.JsonOf(await server.Client.PostAsync("/v1/comments?every=8&count=2&seed=7", form, Cancellation));

        Assert.Equal(expected.Select(comment => (comment.Time.TotalSeconds, comment.Comment.Text)), raw["comments"]!.AsArray().Select(comment => ((double)comment!["time"]!, (string)comment["text"]!)));
        Assert.Equal(raw.ToJsonString(), formed.ToJsonString());
        Assert.Equal(24.4, (double)raw["seconds"]!, 0.2);
    }

    [Theory]
    [InlineData("at=5&every=3", 400, "exclude each other")]
    [InlineData("at=soon", 400, "at is 'soon'")]
    [InlineData("seed=-1", 400, "seed is '-1'")]
    [InlineData("at=99", 422, "the clip ends at 0:00:24.4")]
    [InlineData("top_k=99", 422, "top-k is 99")]
    [InlineData("count=2&temperature=0", 422, "raise the temperature")]
    [InlineData("every=0.1", 422, "at most 100 are written")]
    public async Task A_wrong_query_is_told_what_is_wrong(string query, int status, string expected)
    {
        await using TwitchServer server = await TwitchServer.StartAsync();

        JsonNode problem = await TwitchServer.ProblemOf(await server.Client.PostAsync($"/v1/comments?{query}", new ByteArrayContent(_clip), Cancellation), status);

        Assert.Contains(expected, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_with_and_without_a_length()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxBody = 10_000);

        using var unknown = new StreamContent(new MemoryStream(_clip));
        unknown.Headers.ContentLength = null;
        await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/comments", new ByteArrayContent(_clip), Cancellation), 413);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/comments") { Content = unknown };
        request.Headers.TransferEncodingChunked = true;
        await TwitchServer.ProblemOf(await server.Client.SendAsync(request, Cancellation), 413);
    }

    [Fact]
    public async Task Every_byte_of_a_form_counts_and_not_those_of_its_file_alone()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxBody = 10_000);
        using var form = new MultipartFormDataContent { { new StringContent(new string('x', 20_000)), "note" }, { new ByteArrayContent([1, 2, 3]), "clip", "clip.mp4" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/comments") { Content = new StreamContent(await form.ReadAsStreamAsync(Cancellation)) };
        request.Content.Headers.ContentType = form.Headers.ContentType;
        request.Content.Headers.ContentLength = null;
        request.Headers.TransferEncodingChunked = true;

        JsonNode problem = await TwitchServer.ProblemOf(await server.Client.SendAsync(request, Cancellation), 413);

        Assert.Equal("more than 10000 bytes", (string)problem["found"]!);
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=clip; filename=clip.mp4\r\n\r\nhalf of it")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=note\r\n\r\nhalf of it")]
    [InlineData("--b\r\nContent-Disposition\r\n\r\n")]
    [InlineData("no form")]
    public async Task A_form_that_breaks_off_is_a_wrong_request(string body)
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        using var content = new StringContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        JsonNode problem = await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/comments", content, Cancellation), 400);

        Assert.StartsWith("the body cannot be read: ", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_not_be_said_is_no_comment()
    {
        string query = "/v1/comments?at=5&temperature=0.0001&min_length=2&count=";
        await using TwitchServer speaks = await TwitchServer.StartAsync();
        string[] words = ((string)(await TwitchServer.JsonOf(await speaks.Client.PostAsync(query + "1", new ByteArrayContent(_clip), Cancellation)))["comments"]![0]!["text"]!).Split(' ');
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.Runtime = new RuntimeOptions { BannedWords = BannedWords.Parse([$"{words[0]} {words[1]}"], "list") });

        JsonNode answer = await TwitchServer.JsonOf(await server.Client.PostAsync(query + "2", new ByteArrayContent(_clip), Cancellation));

        Assert.Empty(answer["comments"]!.AsArray());    // so cold, every draw begins with these two words
    }

    [Fact]
    public async Task A_replay_holds_no_more_than_a_window()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        CommentModel model = server.Services.GetRequiredService<ServedModel>().Model;
        using var zip = new MemoryStream();
        ReplayFile.Of(model, new RecordedWindow(default, new byte[11 * model.Config.Frame.ByteCount], []), new ClipContext(new float[16], new float[16]), new CommentMade(default, 1, Comment.Withheld, model.Sampling, default))
            .Write(zip, model.Config);

        JsonNode problem = await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/replay", new ByteArrayContent(zip.ToArray()), Cancellation), 422);

        Assert.Contains("has 2112 bytes of frames", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clip_over_the_limit_is_422_and_what_is_no_clip_415()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxClip = TimeSpan.FromSeconds(20));

        JsonNode tooLong = await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/comments", new ByteArrayContent(_clip), Cancellation), 422);
        JsonNode playlist = await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/comments", new StringContent("#EXTM3U\n#EXTINF:5,\nhttp://169.254.169.254/\n"), Cancellation), 415);
        JsonNode damaged = await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/comments", new ByteArrayContent(_clip[..900]), Cancellation), 422);

        Assert.Contains("at most 20 s", (string)tooLong["detail"]!, StringComparison.Ordinal);
        Assert.Equal("container", (string)playlist["code"]!);
        Assert.Equal("clip", (string)damaged["code"]!);
    }

    [Fact]
    public async Task A_full_queue_turns_clips_away_before_their_body()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => (options.MaxUploads, options.MaxWaitingUploads) = (1, 1));
        UploadQueue queue = server.Services.GetRequiredService<UploadQueue>();
        using IDisposable one = queue.Admit();
        IDisposable two = queue.Admit();

        using HttpResponseMessage refused = await server.Client.PostAsync("/v1/comments", new ByteArrayContent(_clip), Cancellation);
        two.Dispose();
        using HttpResponseMessage taken = await server.Client.PostAsync("/v1/comments?at=5", new ByteArrayContent(_clip), Cancellation);

        Assert.Equal("uploads", (string)(await TwitchServer.ProblemOf(refused, 503))["code"]!);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(200, (int)taken.StatusCode);
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:25\n#EXTINF:24.4,\n{0}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile {1}\n")]
    public async Task A_playlist_in_the_media_folder_leads_to_no_other_file(string playlist)
    {
        string media = Path.Combine(Path.GetDirectoryName(recording.Path)!, $"media-{playlist.Length}"), tiny = Path.GetFileName(recording.Path);
        Directory.CreateDirectory(media);
        File.CreateSymbolicLink(Path.Combine(media, tiny), recording.Path);
        await File.WriteAllTextAsync(Path.Combine(media, "clip.mp4"), string.Format(null, playlist, recording.Path, tiny), Cancellation);
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MediaFolder = media, scripted: false);

        JsonNode session = await server.CreateAsync(new { source = "clip.mp4" });
        string path = $"/v1/sessions/{session["id"]}";
        using (var events = new EventReader(await server.Client.GetStreamAsync($"{path}/events?last_event_id=0", Cancellation)))
            await events.UntilAsync("end");
        session = await server.GetAsync(path);

        Assert.Equal("failed", (string)session["state"]!);
        Assert.Contains("not on whitelist", (string)session["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comment_of_a_session_is_written_again_from_its_replay()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MediaFolder = Path.GetDirectoryName(recording.Path), scripted: false);
        JsonNode session = await server.CreateAsync(new { source = Path.GetFileName(recording.Path), every = 5, realtime = false, sampling = new { seed = 3, temperature = 1.2 } });
        string path = $"/v1/sessions/{session["id"]}";
        using (var events = new EventReader(await server.Client.GetStreamAsync($"{path}/events?last_event_id=0", Cancellation)))
            await events.UntilAsync("end");

        JsonArray comments = (await server.GetAsync($"{path}/comments"))["comments"]!.AsArray();
        byte[] zip = await server.Client.GetByteArrayAsync($"{path}/comments/3/replay", Cancellation);
        JsonNode replay = await TwitchServer.JsonOf(await server.Client.PostAsync("/v1/replay", new ByteArrayContent(zip), Cancellation));
        CommentModel model = server.Services.GetRequiredService<ServedModel>().Model;
        ReplayResult result = ReplayFile.Read(new MemoryStream(zip), "zip", model).Run(model, Cancellation);

        Assert.Equal([5, 10, 15, 20], comments.Select(comment => (double)comment!["time"]!));
        Assert.True((bool)replay["same"]!);
        Assert.Equal((string)comments[2]!["text"]!, (string)replay["text"]!);
        Assert.InRange((double)replay["state_difference"]!, 0, 1e-4);
        Assert.True(result.Same);
        await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/replay", new ByteArrayContent(zip[..^50]), Cancellation), 422);
    }

    [Fact]
    public async Task The_window_of_an_old_comment_is_gone()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => (options.MediaFolder, options.ReplayableComments) = (Path.GetDirectoryName(recording.Path), 2), scripted: false);
        JsonNode session = await server.CreateAsync(new { source = Path.GetFileName(recording.Path), every = 5, realtime = false });
        string path = $"/v1/sessions/{session["id"]}";
        using (var events = new EventReader(await server.Client.GetStreamAsync($"{path}/events?last_event_id=0", Cancellation)))
            await events.UntilAsync("end");

        JsonArray comments = (await server.GetAsync($"{path}/comments"))["comments"]!.AsArray();

        Assert.Equal([false, false, true, true], comments.Select(comment => (bool)comment!["replayable"]!));
        await TwitchServer.ProblemOf(await server.Client.GetAsync($"{path}/comments/1/replay", Cancellation), 410);
    }
}
