using System.Text.Json;

namespace Twitch.Training.Chat.Readers;

/// <summary>A JSON document of any size: an object with <c>comments[]</c> or <c>messages[]</c>, an array of comments, or objects one after the other. A message
/// may be a string: a line of the wire protocol.</summary>
/// <remarks>Read a block at a time, token by token; keys come in any order. It is used up to where it breaks.</remarks>
internal sealed class JsonDocument(ChatFormat format) : IChatReader
{
    // Embedded emotes and badges are single strings; larger than this they are no chat.
    private const int MaxToken = 1 << 26;

    private readonly JsonRecord _record = new();
    private readonly JsonRecord _root = new();
    private readonly JsonPath _path = new();
    private readonly RawIrc _lines = new();
    private bool _ofMessages;                                                      // the list is messages[]
    private int _listDepth = -1;                                                   // depth of the array of comments, while inside it
    private double? _start;
    private long _count, _unknownCount;                                            // records; objects that are neither a list of comments nor one
    private bool _formatKnown;

    public ChatFormat Format => format;

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        byte[] buffer = new byte[1 << 16];
        int filled = 0;
        long consumed = 0;
        var state = new JsonReaderState(new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = JsonPath.MaxDepth, AllowMultipleValues = true });
        bool final = false;
        while (true)
        {
            int read = final ? 0 : utf8.Read(buffer.AsSpan(filled));
            final = read == 0;
            filled += read;
            var reader = new Utf8JsonReader(buffer.AsSpan(0, filled), final, state);
            try
            {
                while (reader.Read())
                    Take(ref reader, collector);
            }
            catch (JsonException)
            {
                long at = consumed + reader.BytesConsumed;
                // Only what the end of the file cuts off is left to complain about at the end of the file.
                long rest = final ? 0 : filled - reader.BytesConsumed + utf8.Drain();
                collector.Break(_count + 1, $"byte {at}", final ? "the file ends in the middle" : "this is no JSON", (double)rest / Math.Max(1, at + rest));
                break;
            }

            if (final)
                break;
            int used = (int)reader.BytesConsumed;
            consumed += used;
            state = reader.CurrentState;
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            if (filled < buffer.Length)
                continue;
            if (buffer.Length >= MaxToken)
            {
                long rest = filled + utf8.Drain();
                collector.Break(_count + 1, $"byte {consumed}", "a value of more than 64 MiB", (double)rest / (consumed + rest));
                break;
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }

        for (long i = 0; i < _unknownCount && _count + _unknownCount > 1; i++)
            collector.Add(_count + i + 1, ChatRecord.Unparsable("an object without a time and a text"));
        if (_start is > 0 and < 1e8)
            collector.CropStarts(TimeSpan.FromSeconds(_start.Value));
    }

    private void Take(ref Utf8JsonReader reader, ChatCollector collector)
    {
        int depth = reader.CurrentDepth;
        if (_listDepth < 0)
            TakeOutside(ref reader, depth, collector);
        else if (depth > _listDepth + 1 || (depth == _listDepth + 1 && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.EndObject))
            TakeComment(ref reader, depth, collector);
        else if (reader.TokenType == JsonTokenType.EndArray && depth == _listDepth)
            _listDepth = -1;
        else if (reader.TokenType is JsonTokenType.Null)
            collector.Add(++_count, new(RecordKind.Comment, default, "", "", ""));   // nobody said nothing: counted as empty
        else if (reader.TokenType is JsonTokenType.String)
            collector.Add(++_count, _lines.Read(JsonRecord.String(ref reader)));
        else if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
            collector.Add(++_count, ChatRecord.Unparsable("a value that is no object"));
    }

    private void TakeComment(ref Utf8JsonReader reader, int depth, ChatCollector collector)
    {
        if (depth == _listDepth + 1 && reader.TokenType == JsonTokenType.StartObject)
        {
            _record.Clear();
        }
        else if (depth == _listDepth + 1 && reader.TokenType == JsonTokenType.EndObject)
        {
            if (!_formatKnown && !_ofMessages && (_listDepth == 0 || _record.HasCamelOffset))
                collector.Format = _record.HasCamelOffset ? ChatFormat.TwitchDlJson : _record.HasContentOffset ? ChatFormat.TwitchDownloaderJson : ChatFormat.ChatDownloaderJson;
            _formatKnown = true;
            collector.Add(++_count, _record.ToRecord());
        }
        else
        {
            _path.Follow(ref reader, _listDepth + 1, _record);
        }
    }

    private void TakeOutside(ref Utf8JsonReader reader, int depth, ChatCollector collector)
    {
        _path.Follow(ref reader, 0, _root);
        ReadOnlySpan<Field> path = _path.From(0, depth);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray when depth == 0 || path is [Field.Comments] or [Field.Messages]:
                _listDepth = depth;
                _ofMessages = path is [Field.Messages];
                if (_ofMessages)
                    collector.Format = ChatFormat.RecentMessages;
                break;
            case JsonTokenType.StartObject when depth == 0:
                _root.Clear();
                _path.Clear();
                break;
            case JsonTokenType.EndObject when depth == 0 && !_path.HasComments && !_root.LooksLikeComment:
                _unknownCount++;
                break;
            case JsonTokenType.EndObject when depth == 0 && !_path.HasComments:
                collector.Add(++_count, _root.ToRecord());                         // objects one after the other, over several lines each
                break;
            case JsonTokenType.Number or JsonTokenType.String when path is [Field.Video, Field.Start]:
                _start = JsonRecord.Number(ref reader);
                break;
            case JsonTokenType.String when path is [Field.Video, Field.CreatedAt]:
                if (ChatTime.TryParseDate(JsonRecord.String(ref reader), out ChatTime created) && created.Origin == TimeOrigin.Utc)
                    collector.StreamStarts(new DateTimeOffset(created.Time.Ticks, TimeSpan.Zero));
                break;
            default:
                break;
        }
    }
}
