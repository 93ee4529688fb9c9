using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twitch.Training.Evaluating;

/// <summary>Files with one JSON object a line, read with errors that name file and line.</summary>
internal static class JsonLinesFile
{
    /// <summary>Reads every line that is not empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">What a line holds.</param>
    /// <param name="take">Checks a line and turns it into what is needed; a <see cref="FormatException"/> says what is wrong with it.</param>
    /// <exception cref="TwitchException">The file or a line of it cannot be used.</exception>
    public static IReadOnlyList<TResult> Read<TLine, TResult>(string path, JsonTypeInfo<TLine> type, Func<TLine, TResult> take)
    {
        var results = new List<TResult>();
        int number = 0;
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line))
                    results.Add(take(JsonSerializer.Deserialize(line, type) ?? throw new FormatException("holds null; a JSON object is needed")));
            }
        }
        catch (JsonException e)
        {
            throw new TwitchException($"{path}:{number}: not the JSON that was expected: {e.Message}", inner: e);
        }
        catch (FormatException e)
        {
            throw new TwitchException($"{path}:{number}: {e.Message}.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
        return results.Count > 0 ? results : throw new TwitchException($"{path}: is empty; a JSON object a line is needed.");
    }

    /// <summary>Writes a file whole: a run that is stopped leaves none, or the one before.</summary>
    /// <exception cref="TwitchException">The file cannot be written (exit code 1).</exception>
    public static void Write<TLine>(string path, JsonTypeInfo<TLine> type, IEnumerable<TLine> lines)
    {
        try
        {
            string partial = path + ".partial";
            using (var writer = new StreamWriter(partial, append: false, new UTF8Encoding(false)) { NewLine = "\n" })
            {
                foreach (TLine line in lines)
                    writer.WriteLine(JsonSerializer.Serialize(line, type));
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be written: {e.Message}", ExitCode.Failed, e);
        }
    }
}
