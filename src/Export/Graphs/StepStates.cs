using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The states of a step's rows: what goes in for each row and comes out as <c>next_…</c> for the next step.</summary>
/// <remarks>
/// <code>
/// in    hidden [batch, …]
/// </code>On a device a state never leaves it, and a row that joins, leaves or moves must not cost a copy of the others. The step itself
/// picks its rows there, out of the states before and those of new rows:
/// <code>
/// in    hidden [previous, …]    fresh_hidden [fresh, …]    rows [batch] i64: in [0, previous) a row of hidden, behind them one of fresh_hidden
/// </code></remarks>
internal sealed class StepStates(Graph g, bool onDevice)
{
    private readonly List<(string, Value)> _kept = [];
    private Value? _rows;

    /// <summary>Outputs for the states that no step changes: on a device they go round with the others.</summary>
    public IReadOnlyList<(string Name, Value Value)> Kept => _kept;

    /// <summary>A state that the step reads.</summary>
    /// <param name="name">Of the input.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="rowShape">Of a row.</param>
    /// <returns>[batch, …].</returns>
    public Value Input(string name, ElementType type, params Dimension[] rowShape)
    {
        if (!onDevice)
            return g.Input(name, type, ["batch", .. rowShape]);
        _rows ??= g.Input("rows", ElementType.I64, "batch");
        Value previous = g.Input(name, type, ["previous", .. rowShape]), fresh = g.Input($"fresh_{name}", type, ["fresh", .. rowShape]);
        return g.Gather(g.Concat(axis: 0, previous, fresh), _rows);
    }

    /// <summary>A state that the step reads and does not change.</summary>
    /// <param name="name">Of the input.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="rowShape">Of a row.</param>
    /// <returns>[batch, …].</returns>
    public Value Constant(string name, ElementType type, params Dimension[] rowShape)
    {
        Value value = Input(name, type, rowShape);
        if (onDevice)
            _kept.Add(($"next_{name}", value));
        return value;
    }
}
