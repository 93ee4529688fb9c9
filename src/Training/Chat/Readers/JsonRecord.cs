using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Twitch.Training.Chat.Readers;

/// <summary>Names of the fields that any JSON chat log keeps something of use in.</summary>
internal enum Field
{
    Other, Item, Comments, Video, Start, CreatedAt, ContentOffset, TimeInSeconds, TimeText, Timestamp,
    MessageType, Message, Body, Fragments, Text, NoticeParams, MessageId, Commenter, Name, DisplayName, Messages, Node, Type, Time,
}

/// <summary>One comment of a JSON log, filled field by field from the tokens of a reader.</summary>
/// <remarks>
/// TwitchDownloader: content_offset_seconds, commenter{name, display_name}, message{body, fragments[]{text}, user_notice_params{msg-id}}.
/// chat-downloader: time_in_seconds, time_text, timestamp (µs), message, message_type, author{name, display_name}.
/// Twitch's own GraphQL, which twitch-dl keeps: contentOffsetSeconds, commenter{displayName, login}, message{fragments[]{text}}, maybe in node{}.
/// justlog: text, username, displayName, timestamp (a date), type (1 is a comment). Others: user or nick, time, text.
/// </remarks>
internal sealed class JsonRecord
{
    private readonly StringBuilder _fragments = new();
    private ChatTime? _offset, _clock, _created, _timestamp;
    private string _name = "", _displayName = "", _body = "", _type = "", _notice = "";
    private double _kind = 1;

    /// <summary>Whether any field was one of a chat log's.</summary>
    public bool Any { get; private set; }

    /// <summary>Whether the fields are TwitchDownloader's.</summary>
    public bool HasContentOffset { get; private set; }

    /// <summary>Whether the fields are Twitch's own, in camel case.</summary>
    public bool HasCamelOffset { get; private set; }

    /// <summary>Whether the record has a time or a text, so that it can be one of a log.</summary>
    public bool LooksLikeComment => _offset is not null || _clock is not null || _timestamp is not null || _body.Length > 0;

    public void Clear()
    {
        _fragments.Clear();
        (_offset, _clock, _created, _timestamp) = (null, null, null, null);
        (_name, _displayName, _body, _type, _notice, _kind) = ("", "", "", "", "", 1);
        (Any, HasContentOffset, HasCamelOffset) = (false, false, false);
    }

    /// <summary>Takes a value that is no object and no array.</summary>
    /// <param name="path">Names from the record down to the value.</param>
    /// <param name="reader">Stands on the value.</param>
    /// <param name="camel">The value's name is in camel case.</param>
    public void Set(ReadOnlySpan<Field> path, ref Utf8JsonReader reader, bool camel = false)
    {
        if (path is [Field.Node, ..])
            path = path[1..];
        Any |= path is not [Field.Other, ..];
        switch (path)
        {
            case [Field.ContentOffset]:
                HasContentOffset = true;
                HasCamelOffset |= camel;
                _offset = Number(ref reader) is { } seconds ? ChatTime.FromSeconds(seconds) : null;
                break;
            case [Field.TimeInSeconds]:
                _offset = Number(ref reader) is { } relative ? ChatTime.FromSeconds(relative) : null;
                break;
            case [Field.TimeText]:
                _clock = ChatTime.TryParseClock(String(ref reader), out TimeSpan clock) ? ChatTime.SinceStart(clock) : null;
                break;
            case [Field.Timestamp]:
                _timestamp = Number(ref reader) is { } unix ? ChatTime.FromUnix(unix) : ChatTime.TryParseDate(String(ref reader), out ChatTime stamp) ? stamp : null;
                break;
            case [Field.Time]:
                SetTime(ref reader);
                break;
            case [Field.Type]:
                _kind = reader.TokenType == JsonTokenType.Number ? Number(ref reader) ?? 1 : 1;
                break;
            case [Field.CreatedAt]:
                _created = ChatTime.TryParseDate(String(ref reader), out ChatTime moment) ? moment : null;
                break;
            case [Field.MessageType]:
                _type = String(ref reader);
                break;
            case [Field.Message] or [Field.Message, Field.Body] or [Field.Text] or [Field.Body]:
                if (String(ref reader) is { Length: > 0 } body)
                    _body = body;
                break;
            case [Field.Message, Field.Fragments, Field.Item, Field.Text]:
                _fragments.Append(String(ref reader));
                break;
            case [Field.Message, Field.NoticeParams, Field.MessageId]:
                _notice = String(ref reader);
                break;
            case [Field.Commenter] or [Field.Commenter, Field.Name] or [Field.Name]:
                if (String(ref reader) is { Length: > 0 } name)
                    _name = name;
                break;
            case [Field.Commenter, Field.DisplayName] or [Field.DisplayName]:
                _displayName = String(ref reader);
                break;
            default:
                break;
        }
    }

    // A number counts seconds, or is a Unix time if it is large enough for one.
    private void SetTime(ref Utf8JsonReader reader)
    {
        string text = String(ref reader);
        if (Number(ref reader) is { } number)
            _clock = ChatTime.FromUnix(number) ?? ChatTime.FromSeconds(number);
        else if (ChatTime.TryParseDays(text, out TimeSpan clock))
            _clock = ChatTime.SinceStart(clock);
        else if (ChatTime.TryParseDate(text, out ChatTime moment))
            _timestamp = moment;
    }

    /// <summary>The comment, once all its fields are in.</summary>
    public ChatRecord ToRecord()
    {
        if (_kind != 1 || _type is not ("" or "text_message" or "paid_message" or "highlighted_message" or "skip_subs_mode_message")
            || _notice is not ("" or "highlighted-message" or "skip-subs-mode-message"))
        {
            return ChatRecord.Notice;
        }

        ChatTime? time = _offset ?? _clock ?? _created ?? _timestamp;
        if (time is null)
            return ChatRecord.Unparsable("a record without a time");
        string text = _body.Length > 0 ? _body : _fragments.ToString();
        return new(RecordKind.Comment, time.Value, _name, _displayName.Length > 0 ? _displayName : _name, text);
    }

    /// <summary>Which field a property's name means.</summary>
    public static Field FieldOf(ref Utf8JsonReader reader)
    {
        // The names are plain ASCII; one with an escape, broken or not, is none of them.
        if (reader.ValueIsEscaped || reader.HasValueSequence)
            return Field.Other;
        ReadOnlySpan<byte> name = reader.ValueSpan;
        if (name.SequenceEqual("content_offset_seconds"u8) || name.SequenceEqual("contentOffsetSeconds"u8)) return Field.ContentOffset;
        if (name.SequenceEqual("time_in_seconds"u8)) return Field.TimeInSeconds;
        if (name.SequenceEqual("time_text"u8)) return Field.TimeText;
        if (name.SequenceEqual("timestamp"u8)) return Field.Timestamp;
        if (name.SequenceEqual("created_at"u8) || name.SequenceEqual("createdAt"u8)) return Field.CreatedAt;
        if (name.SequenceEqual("message_type"u8)) return Field.MessageType;
        if (name.SequenceEqual("message"u8)) return Field.Message;
        if (name.SequenceEqual("body"u8)) return Field.Body;
        if (name.SequenceEqual("fragments"u8)) return Field.Fragments;
        if (name.SequenceEqual("text"u8)) return Field.Text;
        if (name.SequenceEqual("user_notice_params"u8)) return Field.NoticeParams;
        if (name.SequenceEqual("msg-id"u8) || name.SequenceEqual("msg_id"u8)) return Field.MessageId;
        if (name.SequenceEqual("commenter"u8) || name.SequenceEqual("author"u8) || name.SequenceEqual("user"u8) || name.SequenceEqual("username"u8) || name.SequenceEqual("nick"u8)) return Field.Commenter;
        if (name.SequenceEqual("name"u8) || name.SequenceEqual("login"u8)) return Field.Name;
        if (name.SequenceEqual("display_name"u8) || name.SequenceEqual("displayName"u8)) return Field.DisplayName;
        if (name.SequenceEqual("messages"u8)) return Field.Messages;
        if (name.SequenceEqual("node"u8)) return Field.Node;
        if (name.SequenceEqual("type"u8)) return Field.Type;
        if (name.SequenceEqual("time"u8)) return Field.Time;
        if (name.SequenceEqual("comments"u8)) return Field.Comments;
        if (name.SequenceEqual("video"u8)) return Field.Video;
        return name.SequenceEqual("start"u8) ? Field.Start : Field.Other;
    }

    /// <summary>A number, or a string that holds one.</summary>
    public static double? Number(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.TryGetDouble(out double number) ? number : null,
        JsonTokenType.String => double.TryParse(String(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null,
        _ => null,
    };

    /// <summary>A string, whatever its bytes and escapes are; empty for other values.</summary>
    public static string String(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return "";
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half an emoji, or bytes that are no UTF-8: people's logs have both.
            return Unescape(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    // The reader has checked the escapes' form; only what they spell together can be wrong.
    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
                plain.Append(text[i]);
            else if (text[++i] != 'u')
                plain.Append(text[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' or 'f' => ' ', char other => other });
            else
            {
                plain.Append((char)ushort.Parse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
        }

        return plain.ToString();
    }
}
