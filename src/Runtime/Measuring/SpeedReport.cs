namespace Twitch.Runtime;

/// <summary>How fast comments are written, a number of them side by side.</summary>
/// <param name="Rows">Comments that move on together.</param>
/// <param name="TokensPerSecond">Tokens of all rows, at the median step.</param>
/// <param name="LimitTokensPerSecond">The same if a step took no longer than one thread takes to read its weights once: the median pass
/// of a probe between the steps, so that other programs slow both. What a large batch computes takes longer than that, and a small
/// network's call too: about 7 µs for a step without weights. Absent for a GPU, whose memory the probe does not read.</param>
/// <param name="P50">Median time of a step: the graph, and a draw for each row.</param>
/// <param name="P95">Nineteen of twenty steps take no longer.</param>
/// <param name="P99">Ninety-nine of a hundred steps take no longer.</param>
public sealed record DecodeSpeed(int Rows, double TokensPerSecond, double? LimitTokensPerSecond, TimeSpan P50, TimeSpan P95, TimeSpan P99);

/// <summary>How fast a bundle runs on this machine with one provider and precision; times are medians.</summary>
/// <param name="Options">Provider, precision and threads.</param>
/// <param name="Open">From the folder to a model that can be used, hashes compared.</param>
/// <param name="Window">To encode a whole window.</param>
/// <param name="Second">To encode one more second of a stream.</param>
/// <param name="FirstToken">From a window's frames and sound to the first token of a comment.</param>
/// <param name="ResidentBytes">Memory of the process when it has written comments one at a time.</param>
/// <param name="Decode">One row and batches.</param>
public sealed record SpeedReport(
    RuntimeOptions Options, TimeSpan Open, TimeSpan Window, TimeSpan Second, TimeSpan FirstToken, long ResidentBytes, IReadOnlyList<DecodeSpeed> Decode);
