using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Twitch.Chat.Tests;
using Twitch.Chat.Tests.Irc;
using Twitch.Runtime.Tests;

namespace Twitch.Live.Tests;

/// <summary><c>serve --post</c> from a file to the channel: a session's comment, a person's approval, an IRC server's line.</summary>
public class ServePostingTests(CommandLineTests.Files files) : IClassFixture<CommandLineTests.Files>
{
    [Fact]
    public async Task An_approved_comment_reaches_the_channel_and_none_does_after_the_kill_switch()
    {
        using var irc = new ScriptedServer();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token);
        using var said = new SaidLines();
        string token = Path.GetTempFileName();    // mode 0600
        await File.WriteAllTextAsync(token, "abcdefghij0123456789klmnopqrst", stop.Token);
        Task<int> running = CommandLine.RunAsync(
            ["serve", "--bundle", files.Bundle.Folder, "--port", "0", "--media", Path.GetDirectoryName(files.Recording.Path)!, "--post", "chan", "--post-approve",
             "--post-for-real", "--post-as", "our_bot", "--post-token-file", token, "--post-server", irc.Uri.AbsoluteUri], TextWriter.Null, said, stop.Token);
        using ServerSide server = await irc.WelcomeAsync();
        string line = await said.UntilAsync("serving ");
        using var client = new HttpClient { BaseAddress = new Uri(line.Split(' ')[3].TrimEnd(';', ',')) };
        using HttpResponseMessage made = await client.PostAsJsonAsync("/v1/sessions", new { source = "tiny.mp4", every = 4, realtime = false }, stop.Token);
        string comments = $"{made.Headers.Location}/comments";
        JsonArray pending = (await UntilAsync(client, $"{comments}?state=pending", list => list["comments"]!.AsArray().Count >= 2, stop.Token))["comments"]!.AsArray();

        await client.PostAsync($"{comments}/1/approve", null, stop.Token);
        Assert.Equal($"PRIVMSG #chan :🤖 {pending[0]!["text"]}", await server.HearAsync("PRIVMSG"));
        await UntilAsync(client, $"{comments}/1", comment => (string?)comment["post"]?["decision"] == "sent", stop.Token);    // the server did not object
        await client.PostAsync("/v1/posting/stop", null, stop.Token);
        await client.PostAsync($"{comments}/2/approve", null, stop.Token);
        await UntilAsync(client, $"{comments}/2", comment => (string?)comment["post"]?["decision"] == "stopped", stop.Token);
        await stop.CancelAsync();

        Assert.Equal(130, await running);
        Assert.Matches("^1 of 2 comments posted, 1 while stopped; to #chan as our_bot over irc://localhost:", said.Lines[^1]);
        Assert.DoesNotContain("abcdefghij0123456789klmnopqrst", string.Concat(said.Lines), StringComparison.Ordinal);
        File.Delete(token);
    }

    private static async Task<JsonNode> UntilAsync(HttpClient client, string path, Func<JsonNode, bool> isSo, CancellationToken cancellation)
    {
        while (true)
        {
            JsonNode answer = JsonNode.Parse(await client.GetStringAsync(path, cancellation))!;
            if (isSo(answer))
                return answer;
        }
    }
}
