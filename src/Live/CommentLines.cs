using System.Globalization;
using System.Text.Json;
using Twitch.Live.Formats;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>For people: <c>[0:00:10] hi</c>, or each token with its log-probability.</summary>
internal sealed class TextCommentOutput(TextWriter output, bool logprobs, Vocabulary vocabulary) : CommentOutput
{
    public override void Write(TimedComment comment)
    {
        IEnumerable<string> words = comment.Comment.Tokens.Zip(comment.Comment.LogProbabilities, (id, value) =>
            string.Create(CultureInfo.InvariantCulture, $"{vocabulary[id]} ({value:0.00})"));
        output.WriteLine($"[{StreamTime.Format(comment.Time)}] {(logprobs ? string.Join(' ', words) : comment.Comment.Text)}");
    }
}

/// <summary>For programs: a JSON object a line.</summary>
internal sealed class JsonCommentOutput(TextWriter output, bool logprobs) : CommentOutput
{
    public override void Write(TimedComment comment) => output.WriteLine(JsonSerializer.Serialize(
        new CommentLine(comment.Time.TotalSeconds, comment.Comment.Text, comment.Comment.Tokens, logprobs ? comment.Comment.LogProbabilities : null), LiveJson.Readable.CommentLine));
}

/// <summary>Comments kept in a file while a stream is watched; every comment is on its way to the disk once it is written.</summary>
internal sealed class SavedComments : IDisposable
{
    private readonly StreamWriter _file;
    private readonly CommentOutput _writer;
    private readonly string _path;

    /// <summary>Makes the file.</summary>
    /// <param name="path">Its place, where nothing may be yet; the ending says the format unless <paramref name="format"/> does.</param>
    /// <param name="format">One of <see cref="CommentFormats.Names"/>, or null.</param>
    /// <param name="title">What is watched.</param>
    /// <param name="vocabulary">The model's words.</param>
    /// <exception cref="TwitchException">The ending says no format, something is there, or it cannot be written.</exception>
    public SavedComments(string path, string? format, string title, Vocabulary vocabulary)
    {
        format ??= CommentFormats.OfFile(path) ?? throw new TwitchException(
            $"--save is {path}; its ending must say the format (.txt, .jsonl, .srt, .vtt, .ass, or .json for TwitchDownloader), or give --save-format.", ExitCode.Usage);
        _path = path;
        try
        {
            _file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read)) { NewLine = "\n" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException(File.Exists(path) ? $"--save is {path}; it is there already and is kept; give another name." : $"{path}: cannot be written: {e.Message}", ExitCode.Failed, e);
        }

        _writer = format switch
        {
            CommentFormats.Text => new TextCommentOutput(_file, logprobs: false, vocabulary),
            CommentFormats.JsonLines => new JsonCommentOutput(_file, logprobs: false),
            _ => CommentFormats.Of(format, _file, title, DateTimeOffset.UtcNow)!,
        };
    }

    /// <summary>Keeps a comment.</summary>
    /// <exception cref="TwitchException">The disk is full.</exception>
    public void Write(TimedComment comment)
    {
        try
        {
            _writer.Write(comment);
            _file.Flush();
        }
        catch (IOException e)
        {
            throw new TwitchException($"{_path}: cannot be written: {e.Message}; make room there. What it holds already is kept.", ExitCode.Failed, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.End();
        _file.Dispose();
    }
}
