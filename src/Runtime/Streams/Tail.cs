namespace Twitch.Runtime;

/// <summary>The last part of something endless: rows are added at the end and dropped at the beginning, and keep their numbers.</summary>
/// <param name="rowSize">Elements of a row.</param>
internal sealed class Tail<T>(int rowSize)
{
    private T[] _rows = new T[16 * rowSize];
    private int _start, _end;    // elements in use

    /// <summary>Number of the first row that is held.</summary>
    public long First { get; private set; }

    /// <summary>Number of the row that will be added next.</summary>
    public long Next => First + (_end - _start) / rowSize;

    /// <summary>Forgets all rows; the next one added has this number.</summary>
    public void Restart(long first) => (First, _start, _end) = (first, 0, 0);

    /// <summary>Adds whole rows.</summary>
    public void Append(ReadOnlySpan<T> rows)
    {
        if (_end + rows.Length > _rows.Length)
        {
            T[] target = _end - _start + rows.Length > _rows.Length / 2 ? new T[2 * (_end - _start + rows.Length)] : _rows;
            Array.Copy(_rows, _start, target, 0, _end - _start);
            (_rows, _start, _end) = (target, 0, _end - _start);
        }
        rows.CopyTo(_rows.AsSpan(_end));
        _end += rows.Length;
    }

    /// <summary>Drops the rows before a number.</summary>
    public void DropBefore(long row)
    {
        long count = Math.Clamp(row - First, 0, Next - First);
        First += count;
        _start += (int)count * rowSize;
    }

    /// <summary>Some rows that are held; a view, valid until the next change.</summary>
    public ReadOnlySpan<T> Rows(long first, int count) => _rows.AsSpan(_start, _end - _start).Slice((int)(first - First) * rowSize, count * rowSize);
}
