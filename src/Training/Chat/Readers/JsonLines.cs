using System.Text;
using System.Text.Json;

namespace Twitch.Training.Chat.Readers;

/// <summary>One comment object a line, with the fields of either JSON format.</summary>
internal sealed class JsonLines : ILineFormat
{
    private readonly JsonRecord _record = new();
    private readonly JsonPath _path = new();

    public ChatFormat Format => ChatFormat.JsonLines;

    public ChatRecord Read(string line)
    {
        try
        {
            return Parse(line) ? _record.ToRecord() : ChatRecord.Unparsable("no JSON object");
        }
        catch (JsonException)
        {
            return ChatRecord.Unparsable();
        }
    }

    /// <summary>Whether a log that starts with <c>{</c> has a comment a line, and is not one object in all.</summary>
    /// <param name="head">The start of the log.</param>
    public static bool IsFormatOf(string head)
    {
        string[] lines = [.. head.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Take(50)];
        var format = new JsonLines();
        // One line is not enough: a document may have its last comment on a line of its own.
        return lines.Length > 0 && (format.IsComment(lines[0]) || lines.Count(format.IsComment) * 2 > lines.Length);
    }

    private bool IsComment(string line)
    {
        try
        {
            return line.StartsWith('{') && Parse(line) && _record.LooksLikeComment && !_path.HasComments;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool Parse(string line)
    {
        _record.Clear();
        _path.Clear();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read())
            _path.Follow(ref reader, recordDepth: 0, _record);
        return isObject;
    }
}

/// <summary>Where in a record a reader stands: the names from the root down.</summary>
internal sealed class JsonPath
{
    private readonly Field[] _fields = new Field[MaxDepth + 2];

    /// <summary>Deeper documents are refused by the reader.</summary>
    public const int MaxDepth = 64;

    private bool _camel;

    /// <summary>Whether the root has a property <c>comments</c> or <c>messages</c>.</summary>
    public bool HasComments { get; private set; }

    public void Clear() => HasComments = false;

    /// <summary>The names that lead to the current token, from below a depth.</summary>
    public ReadOnlySpan<Field> From(int depth, int currentDepth) => _fields.AsSpan(depth + 1, Math.Max(0, currentDepth - depth));

    /// <summary>Takes the token the reader stands on; a value goes to the record.</summary>
    public void Follow(ref Utf8JsonReader reader, int recordDepth, JsonRecord record)
    {
        int depth = reader.CurrentDepth;
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _fields[depth] = JsonRecord.FieldOf(ref reader);
                _camel = reader.ValueTextEquals("contentOffsetSeconds"u8);
                HasComments |= depth == 1 && _fields[depth] is Field.Comments or Field.Messages;
                break;
            case JsonTokenType.StartArray:
                _fields[depth + 1] = Field.Item;
                break;
            case JsonTokenType.StartObject or JsonTokenType.EndObject or JsonTokenType.EndArray:
                break;
            default:
                record.Set(From(recordDepth, depth), ref reader, _camel);
                break;
        }
    }
}
