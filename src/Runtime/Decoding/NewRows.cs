namespace Twitch.Runtime;

/// <summary>Where each row of the next step comes from: a row of the step before, or a place among the new rows.</summary>
internal sealed class NewRows
{
    private readonly long[] _scratch;
    private int _taken;    // places given away since the last step, the first ones

    /// <param name="capacity">Most rows. There are as many places: a row that begins anew gives its own away, and the others have no more than one each.</param>
    public NewRows(int capacity)
    {
        (Sources, _scratch) = (new long[capacity], new long[capacity]);
        Array.Fill(Sources, capacity);    // nothing began yet: any place will do
    }

    /// <summary>Of each row: below the capacity a row of the step before, behind that a place.</summary>
    public long[] Sources { get; }

    /// <summary>Whether every row comes from itself.</summary>
    public bool IsSteady { get; private set; }

    /// <summary>Places that are to be given to the next step; at least 1, since no tensor should be empty.</summary>
    public int PlaceCount => Math.Max(1, _taken);

    /// <summary>Begins a row anew.</summary>
    /// <returns>Its place.</returns>
    public int Begin(int row)
    {
        int place = 0;
        IsSteady = false;
        Sources[row] = -1;
        if (_taken < Sources.Length)
            place = _taken++;
        else
        {
            while (Sources.AsSpan().Contains(Sources.Length + place))
                place++;
        }
        Sources[row] = Sources.Length + place;
        return place;
    }

    /// <summary>Row <paramref name="target"/> comes from where row <paramref name="source"/> comes from.</summary>
    public void Move(int source, int target) => (Sources[target], IsSteady) = (Sources[source], false);

    /// <summary>Row i comes from where row <paramref name="rows"/>[i] comes from.</summary>
    public void Select(ReadOnlySpan<int> rows)
    {
        IsSteady = false;
        for (int i = 0; i < rows.Length; i++)
            _scratch[i] = Sources[rows[i]];
        _scratch.AsSpan(0, rows.Length).CopyTo(Sources);
    }

    /// <summary>The step has been: every row comes from itself.</summary>
    public void Stepped()
    {
        for (int row = 0; row < Sources.Length; row++)
            Sources[row] = row;
        (_taken, IsSteady) = (0, true);
    }
}
