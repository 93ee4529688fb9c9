using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Twitch.Training.Chat;

namespace Twitch.Training.Prepared;

/// <summary>The comments of a log as they are kept beside a prepared recording: the report in the first line, then a comment a
/// line. Another log, or the same with other options, is another file and leaves the recording alone.</summary>
/// <param name="Comments">The comments in order of time.</param>
/// <param name="Report">What became of the log's lines.</param>
internal sealed record StoredChat(IReadOnlyList<ChatComment> Comments, ParseReport Report)
{
    /// <summary>Finds the comments of a log, or reads it and keeps them.</summary>
    public static StoredChat Of(string log, ChatLogOptions options, string folder)
    {
        string path = Path.Combine(folder, $"comments-{Key(log, options)}.jsonl");
        if (File.Exists(path))
            return Read(path);
        ChatLogResult result = ChatLog.Read(log, options);
        Write(path, result);
        return Read(path);
    }

    private static string Key(string log, ChatLogOptions options)
    {
        try
        {
            using FileStream file = File.OpenRead(log);
            return PreparedSource.KeyOf([.. SHA256.HashData(file), .. JsonSerializer.SerializeToUtf8Bytes(options, CommentJson.Default.ChatLogOptions)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{log}: cannot be read: {e.Message}", inner: e);
        }
    }

    private static void Write(string path, ChatLogResult result)
    {
        try
        {
            using (FileStream file = File.Create(path + ".partial"))
            using (var lines = new StreamWriter(file, new UTF8Encoding(false)) { NewLine = "\n" })
            {
                lines.WriteLine(JsonSerializer.Serialize(result.Report, CommentJson.Readable.ParseReport));
                foreach (ChatComment comment in result.Comments.OrderBy(comment => comment.Time))
                    lines.WriteLine(JsonSerializer.Serialize(comment, CommentJson.Readable.ChatComment));
                lines.Flush();
                file.Flush(flushToDisk: true);
            }
            File.Move(path + ".partial", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be written ({e.Message}); make room there, or prepare elsewhere.", ExitCode.Failed, e);
        }
    }

    private static StoredChat Read(string path)
    {
        int number = 0;
        try
        {
            ParseReport? report = null;
            var comments = new List<ChatComment>();
            foreach (string line in File.ReadLines(path))
            {
                if (number++ == 0)
                    report = JsonSerializer.Deserialize(line, CommentJson.Default.ParseReport);
                else
                    comments.Add(JsonSerializer.Deserialize(line, CommentJson.Default.ChatComment));
            }
            return new StoredChat(comments, report ?? throw new JsonException("the report is missing"));
        }
        catch (JsonException e)
        {
            throw new TwitchException($"{path}:{number}: damaged ({e.Message}); delete the file, it will be made again.", inner: e);
        }
    }
}
