using System.Globalization;
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

    /// <summary>Zero bytes so far: damage, which swallows what stood there.</summary>
    public long ZeroCount { get; private set; }

    /// <summary>Line of the first one.</summary>
    public long FirstZero { get; private set; }

    /// <summary>Whether zero bytes stand where the line that was read last goes on.</summary>
    public bool WasBroken { get; private set; }

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Whether the line that was read last was longer than <see cref="MaxLength"/> and lost its end.</summary>
    public bool WasCut { get; private set; }

    /// <summary>The next line that is not blank or broken, without its line end; null after the last.</summary>
    public string? Next()
    {
        while (Read() is { } line)
        {
            if (WasBroken || !string.IsNullOrWhiteSpace(line))
                return line;
        }

        return null;
    }

    /// <summary>The next line, blank or not; null after the last.</summary>
    public string? Read()
    {
        _line.Clear();
        (WasCut, WasBroken, bool any) = (false, false, false);
        if (_lineFeed)
            Number++;
        _lineFeed = false;
        while (_start < _end || Fill())
        {
            any = true;
            ReadOnlySpan<char> rest = _block.AsSpan(_start, _end - _start);
            int feed = rest.IndexOfAny('\n', '\0');
            if (feed >= 0 && rest[feed] == '\0')
            {
                Append(rest[..feed]);
                SkipZeros(feed);
                WasBroken = true;
                break;
            }

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

    /// <summary>What a person should know of zero bytes among the lines; null if there were none.</summary>
    public string? Damage => ZeroCount == 0 ? null
        : string.Create(CultureInfo.InvariantCulture, $"{ZeroCount:N0} zero bytes stand where lines were, the first in line {FirstZero}: the file is damaged, and what stood there is lost.");

    private void SkipZeros(int first)
    {
        FirstZero = ZeroCount == 0 ? Number : FirstZero;
        _start += first;
        do
        {
            int count = _block.AsSpan(_start, _end - _start).IndexOfAnyExcept('\0');
            count = count < 0 ? _end - _start : count;
            (_start, ZeroCount) = (_start + count, ZeroCount + count);
        }
        while (_start == _end && Fill());
        _lineFeed = _start < _end && _block[_start] == '\n';
        if (_lineFeed)
            _start++;
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
