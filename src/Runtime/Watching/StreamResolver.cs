using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Finds out where a page's stream plays, with <c>streamlink</c> or <c>yt-dlp</c> if one is installed. An address it gives expires: ask again for every connection.</summary>
public sealed class StreamResolver
{
    /// <summary>What is asked for unless told otherwise: no more picture than any network here sees, and then whatever there is.</summary>
    public const string UsualQualities = "480p,480p60,480p30,360p,360p60,360p30,720p,720p60,best,live";

    private const int MostOutput = 1 << 20, MostWords = 300;

    private readonly string _streamlink, _ytDlp;
    private readonly TimeSpan _limit;

    /// <summary>Looks for both programs where the system does.</summary>
    /// <param name="streamlink">The program, or where it is.</param>
    /// <param name="ytDlp">The other.</param>
    /// <param name="limit">Time for an answer; half a minute if absent.</param>
    public StreamResolver(string streamlink = "streamlink", string ytDlp = "yt-dlp", TimeSpan? limit = null) => (_streamlink, _ytDlp, _limit) = (streamlink, ytDlp, limit ?? TimeSpan.FromSeconds(30));

    private readonly record struct Answer(string? Url, string Error);

    /// <summary>Where it plays now, as a source.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<StreamSource> ResolveAsync(StreamPage page, string qualities, CancellationToken cancellation) => StreamSource.Parse(await FindAsync(page, qualities, cancellation));

    /// <summary>Where it plays now: an http or https address.</summary>
    /// <param name="page">The page.</param>
    /// <param name="qualities">Names that streamlink knows, the first there is; yt-dlp takes what is up to 480 lines high.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <exception cref="TwitchException">The channel is offline or there is no such stream (<see cref="ExitCode.SourceLost"/>), or neither program is installed (<see cref="ExitCode.Failed"/>).</exception>
    public async Task<string> FindAsync(StreamPage page, string qualities, CancellationToken cancellation)
    {
        // YouTube changes often, and yt-dlp follows it; Twitch's live streams are streamlink's own field.
        Func<Task<Answer?>>[] programs = page.IsPlaylist ? [Streamlink] : page.IsYouTube ? [YtDlp, Streamlink] : [Streamlink, YtDlp];
        string? error = null;
        foreach (Func<Task<Answer?>> program in programs)
        {
            if (await program() is not { } answer)
                continue;    // it is not installed
            if (answer.Url is { } url && (url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("http://", StringComparison.Ordinal)))
                return url;
            error ??= answer.Error.Length > 0 ? answer.Error : "it plays nowhere that http leads to";
        }

        throw error is null
            ? new TwitchException($"{page} is a page, and finding its stream needs {(page.IsPlaylist ? "streamlink, which is" : "streamlink or yt-dlp, neither of which is")} installed; 'apt-get install streamlink' brings one.", ExitCode.Failed)
            : new TwitchException($"{page}: {error.TrimEnd('.')}; it may be offline, or not there.", ExitCode.SourceLost);

        Task<Answer?> Streamlink() => RunAsync(_streamlink, ["--json", page.Address, qualities], ReadStreamlink, cancellation);

        Task<Answer?> YtDlp() => RunAsync(_ytDlp, ["--no-warnings", "--no-playlist", "-g", "-f", "b[height<=480]/b", page.Address], ReadYtDlp, cancellation);
    }

    // One object: a stream, or an error, beside which may stand the streams that there are.
    private static Answer ReadStreamlink(string output, string errors)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(output);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("error", out JsonElement error))
            {
                string there = root.TryGetProperty("streams", out JsonElement streams) && streams.ValueKind == JsonValueKind.Object
                    ? $"; there are {string.Join(", ", streams.EnumerateObject().Select(stream => stream.Name))}" : "";
                return new(null, Words($"{error.GetString()}{there}"));
            }

            return new(root.TryGetProperty("url", out JsonElement url) ? url.GetString() : null, "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new(null, Words(errors.Length > 0 ? errors : "streamlink gave no answer that can be read"));
        }
    }

    private static Answer ReadYtDlp(string output, string errors) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var url, ..] ? new(url, "") : new(null, Words(errors));

    private static string Words(string text)
    {
        string clean = CommentText.Clean(text);
        return clean.Length <= MostWords ? clean : clean[..MostWords] + "…";
    }

    private async Task<Answer?> RunAsync(string program, string[] arguments, Func<string, string, Answer> read, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limit);
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            try
            {
                process.StandardInput.Close();
                Task<string> output = ReadAsync(process.StandardOutput, limit.Token), errors = ReadAsync(process.StandardError, limit.Token);
                await Task.WhenAll(output, errors, process.WaitForExitAsync(limit.Token));
                return read(await output, await errors);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return new Answer(null, $"{Path.GetFileName(program)} gave no answer within {_limit.TotalSeconds:0} s");
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
    }

    // All is read, so that the program is not held up; what is beyond a megabyte is no answer.
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        var text = new System.Text.StringBuilder();
        char[] block = new char[4096];
        while (await reader.ReadAsync(block, cancellation) is > 0 and var count)
        {
            if (text.Length < MostOutput)
                text.Append(block, 0, count);
        }

        return text.ToString();
    }
}
