using System.Text;

namespace Twitch.Training.Chat;

/// <summary>Lines of a log with their numbers, read a block at a time; a line of any length costs bounded memory.</summary>
/// <param name="utf8">Read to its end; not closed.</param>
/// <param name="alsoEndsAfter">Text after which a line ends too, for markup that has everything on one line.</param>
internal sealed class ChatLines(Stream utf8, string? alsoEndsAfter = null) : IDisposable
{
    /// <summary>Characters of a line that are kept; a comment with its tags is some thousand long.</summary>
    public const int MaxLength = 1 << 20;

    private readonly StreamReader _reader = new(utf8, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16, leaveOpen: true);
    private readonly char[] _block = new char[1 << 15];
    private readonly StringBuilder _line = new();
    private int _start, _end;
    private bool _lineFeed = true;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Whether the line that was read last was longer than <see cref="MaxLength"/> and lost its end.</summary>
    public bool WasCut { get; private set; }

    /// <summary>The next line that is not blank, without its line end; null after the last.</summary>
    public string? Next()
    {
        while (Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                return line;
        }

        return null;
    }

    /// <summary>The next line, blank or not; null after the last.</summary>
    public string? Read()
    {
        _line.Clear();
        (WasCut, bool any) = (false, false);
        if (_lineFeed)
            Number++;
        _lineFeed = false;
        while (_start < _end || Fill())
        {
            any = true;
            ReadOnlySpan<char> rest = _block.AsSpan(_start, _end - _start);
            int feed = rest.IndexOf('\n');
            int mark = alsoEndsAfter is null ? -1 : rest.IndexOf(alsoEndsAfter, StringComparison.Ordinal);
            if (mark >= 0 && (feed < 0 || mark < feed))
            {
                int length = mark + alsoEndsAfter!.Length;
                Append(rest[..length]);
                _start += length;
                break;
            }

            Append(feed < 0 ? rest : rest[..feed]);
            _start += feed < 0 ? rest.Length : feed + 1;
            _lineFeed = feed >= 0;
            if (_lineFeed)
                break;
        }

        if (!any)
            return null;
        if (_line.Length > 0 && _line[^1] == '\r')
            _line.Length--;
        return _line.ToString();
    }

    /// <summary>Releases the buffers.</summary>
    public void Dispose() => _reader.Dispose();

    private bool Fill()
    {
        _start = 0;
        return (_end = _reader.Read(_block)) > 0;
    }

    private void Append(ReadOnlySpan<char> text)
    {
        int room = MaxLength - _line.Length;
        WasCut |= text.Length > room;
        _line.Append(text.Length > room ? text[..room] : text);
    }
}

/// <summary>Reads any format that has one record a line.</summary>
internal sealed class LineReader(ILineFormat format) : IChatReader
{
    public ChatFormat Format => format.Format;

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8);
        while (lines.Next() is { } line)
        {
            ChatRecord record = lines.WasCut ? ChatRecord.Unparsable($"a line of more than {ChatLines.MaxLength} characters") : format.Read(line);
            collector.Add(lines.Number, record, line);
        }
    }
}
