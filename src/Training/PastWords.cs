using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>The words of the past chat as the decoder may say them again, and how far a comment under way agrees with each place.</summary>
/// <param name="After">The word before each place, <c>&lt;SOS&gt;</c> before a comment's first, [batch, places] i64.</param>
/// <param name="Next">The word at each place, <c>&lt;EOS&gt;</c> behind a comment's last, [batch, places] i64.</param>
/// <param name="Scores">What each piece of evidence adds to a place's score, [batch, places, evidence].</param>
/// <param name="Match">Words of the comment under way, its start included, that stand before each place in the same order, [batch, places].</param>
/// <param name="Thresholds"><see cref="ChatSpec.EvidenceThresholds"/>, [places, evidence].</param>
public readonly record struct PastWords(Tensor After, Tensor Next, Tensor Scores, Tensor Match, Tensor Thresholds)
{
    /// <summary>How far a comment agrees with each place after each of its tokens, [batch, time, places].</summary>
    /// <param name="tokens">[batch, time] i64.</param>
    public Tensor Matches(Tensor tokens)
    {
        Tensor match = Match;
        var matches = new Tensor[tokens.shape[1]];
        for (int t = 0; t < matches.Length; t++)
            matches[t] = match = (match.roll(1, 1) + 1) * tokens.narrow(1, t, 1).eq(After).to(match.dtype);    // <SOS> comes once, so nothing goes on from one comment to the next
        return stack(matches, 1);
    }

    /// <summary>One distribution out of the decoder's words and the past ones.</summary>
    /// <param name="logits">Of the decoder, [rows, vocabulary].</param>
    /// <param name="sentinel">Score of saying none of the past words again, [rows, 1].</param>
    /// <param name="match">Of <see cref="Matches"/>, [rows, places].</param>
    /// <param name="row">Whose past each row reads, [rows] i64.</param>
    /// <returns>ln p of each word, [rows, vocabulary].</returns>
    public Tensor Mix(Tensor logits, Tensor sentinel, Tensor match, Tensor row)
    {
        Tensor evidence = (match.unsqueeze(2) - Thresholds).clamp(0, 1);                          // [rows, places, evidence]
        Tensor scores = (Scores.index_select(0, row) * evidence).sum(2);                          // [rows, places]
        Tensor shares = cat([scores, sentinel], 1).softmax(1);
        Tensor said = shares.narrow(1, 0, scores.shape[1]), generated = shares.narrow(1, scores.shape[1], 1);
        return (logits.softmax(1) * generated).scatter_add(1, Next.index_select(0, row), said).clamp(min: ChatSpec.LeastProbability).log();
    }
}
