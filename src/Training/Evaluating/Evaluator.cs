namespace Twitch.Training.Evaluating;

/// <summary>Measures a bundle on held-out comments, beside what can be foreseen without it.</summary>
/// <param name="model">The opened bundle.</param>
/// <param name="heldOut">The comments.</param>
/// <param name="seed">Of everything that is drawn.</param>
/// <param name="speak">Comments that the network says; 0: one at each held-out comment's moment, at most <see cref="MostGenerated"/>.</param>
internal sealed class Evaluator(Runtime.CommentModel model, HeldOut heldOut, long seed, int speak = 0) : IDisposable
{
    private const int ChunkSize = 128;           // windows scored in one call, so that their tokens need not all be in memory
    /// <summary>Comments that are said unless more are asked for: more change no share that is printed.</summary>
    public const int MostGenerated = 1000;

    private const double BlockSeconds = 30;      // a few scenes; shorter where too few blocks would be left to resample
    private const int LeastBlocks = 20;

    private readonly BundleScorer _scorer = new(model, heldOut.Streams, Math.Max(1, heldOut.UnseenWords));
    private readonly TimeSpan _block = BlockLength(heldOut);

    /// <summary>ln p of each candidate by the network.</summary>
    public IEnumerable<double[]> Score(IEnumerable<CandidateSet> sets, CancellationToken cancellation) =>
        Score(sets.Select(set => new WindowTexts(set.Stream, set.Window, set.Texts, set.Time)), cancellation);

    /// <summary>ln p of each text by the network.</summary>
    public IEnumerable<double[]> Score(IEnumerable<WindowTexts> windows, CancellationToken cancellation) =>
        windows.Chunk(ChunkSize).SelectMany(chunk => _scorer.Score(chunk, cancellation));

    /// <summary>Measures everything.</summary>
    /// <param name="sets">Candidates; those without a truth are passed over.</param>
    /// <param name="ownScores">The network's scores of them, from <see cref="Score(IEnumerable{CandidateSet}, CancellationToken)"/>.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public EvaluationReport Run(IReadOnlyList<CandidateSet> sets, IReadOnlyList<double[]> ownScores, CancellationToken cancellation)
    {
        (CandidateSet Set, double[] Scores)[] judged = [.. sets.Zip(ownScores).Where(pair => pair.First.Truth is not null).OrderBy(pair => pair.First.Stream).ThenBy(pair => pair.First.Time)];
        CandidateSet[] ranked = [.. judged.Select(pair => pair.Set)];
        (int Stream, TimeSpan Time)[] moments = [.. heldOut.Comments.Select(comment => (comment.Stream, comment.Time))];
        int[] partners = ExchangedWindows.Partners(moments, heldOut.Config.WindowSeconds, seed);
        (ClipWindow Window, TimeSpan Time)[] others = Others(ranked);
        var bootstrap = new BlockBootstrap(moments, _block, seed);
        BlockBootstrap? rankedBootstrap = ranked.Length == 0 ? null : new BlockBootstrap([.. ranked.Select(set => (set.Stream, set.Time))], _block, seed);

        bool reads = model.Chat is not null;
        double[] own = Losses(Shown.Own), frames = Losses(Shown.OtherFrames), sound = Losses(Shown.OtherSound), both = Losses(Shown.OtherBoth);
        double[]? otherChat = reads ? Losses(Shown.OtherChat) : null, noChat = reads ? Losses(Shown.NoChat) : null;
        var unigrams = new Unigrams(heldOut);
        var past = new PastChats(heldOut);
        bool learned = heldOut.Training.Count > 0;
        NgramBaseline? tokens = learned ? NgramBaseline.OfTokens(heldOut) : null, characters = learned ? NgramBaseline.OfCharacters(heldOut) : null;
        IReadOnlyList<string> said = Generate(cancellation), people = [.. Spread(Math.Min(MostGenerated, heldOut.Comments.Count)).Select(comment => comment.Text)];
        return new EvaluationReport
        {
            Gap = new WindowGaps(Gap(both), Gap(frames), Gap(sound), otherChat is null ? null : Gap(otherChat), noChat is null ? null : Gap(noChat)),
            Comments = heldOut.Comments.Count,
            Tokens = heldOut.TokenCount,
            Subwords = heldOut.Vocabulary.HasSubwords,
            UnknownTokens = heldOut.UnknownCount,
            UnseenWords = heldOut.UnseenWords,
            TrainingComments = heldOut.Training.Count,
            CandidateSets = ranked.Length,
            MostCandidates = ranked.Length == 0 ? 0 : ranked.Max(set => set.Texts.Count),
            BlockSeconds = _block.TotalSeconds,
            Own = Forecast("the network", own, [.. judged.Select(pair => pair.Scores)]),
            OtherFrames = Forecast("with another moment's pictures", frames, Exchanged(Shown.OtherFrames)),
            OtherSound = Forecast("with another moment's sound", sound, Exchanged(Shown.OtherSound)),
            OtherBoth = Forecast("with another moment's both", both, Exchanged(Shown.OtherBoth)),
            NoChat = noChat is null ? null : Forecast("without past chat", noChat, Exchanged(Shown.NoChat)),
            OtherChat = otherChat is null ? null : Forecast("with another moment's past chat", otherChat, Exchanged(Shown.OtherChat)),
            CommentUnigram = learned ? Blind("unigram of comments", unigrams.Comment) : null,
            WordUnigram = learned ? Blind(heldOut.Vocabulary.HasSubwords ? "unigram of tokens" : "unigram of words", unigrams.Words) : null,
            TokenNgram = tokens is null ? null : Blind($"Kneser-Ney over tokens, order {tokens.Order}, the best of {NgramBaseline.LeastOrder} to {NgramBaseline.MostOrder}", tokens.Score),
            CharacterNgram = characters is null ? null : Blind($"Kneser-Ney over characters, order {characters.Order}, the best of {NgramBaseline.LeastOrder} to {NgramBaseline.MostOrder}", characters.Score),
            Wording = WordingFigures.Of(heldOut.Comments, own, learned ? BlindLosses(unigrams.Comment) : null, characters is null ? null : BlindLosses(characters.Score)),
            MostPopular = learned && ranked.Length > 0 ? Forecast("most popular", null, Each(text => unigrams.Said(text))) : null,
            PastChat = ranked.Length > 0 ? Forecast("TF-IDF to past chat", null, [.. ranked.Select(set => past.Before(set.Stream, set.Time).Likeness(set.Texts))]) : null,
            When = model.HasRate ? RateForecasts.Measure(model, heldOut, _scorer, _block, seed, cancellation) : null,
            Fitted = model.Bundle.Manifest.Fitted,
            Said = Speech.Of(said, heldOut.Training),
            People = Speech.Of(people, heldOut.Training),
            SaidOwn = heldOut.OwnRuns.Count == 0 ? null : heldOut.CountOwn(said),
            PeopleOwn = heldOut.OwnRuns.Count == 0 ? null : heldOut.CountOwn(people),
        };

        double[] Losses(Shown shown) => [.. Score(heldOut.Comments.Select((comment, i) =>
        {
            HeldOutComment other = heldOut.Comments[partners[i]];
            return Show(shown, comment.Stream, [comment.Text], (comment.Window, comment.Time), (other.Window, other.Time));
        }), cancellation).Select(scores => -scores[0])];

        IReadOnlyList<double[]> Exchanged(Shown shown) =>
            [.. Score(ranked.Select((set, i) => Show(shown, set.Stream, set.Texts, (set.Window, set.Time), others[i])), cancellation)];

        IReadOnlyList<double[]> Each(Func<string, double> score) => [.. ranked.Select(set => set.Texts.Select(score).ToArray())];

        Interval Gap(double[] losses) => bootstrap.Ratio([.. losses.Zip(own, (other, ours) => other - ours)]).Rounded();

        Forecast Blind(string name, Func<string, double> score) => Forecast(name, BlindLosses(score), Each(score));

        double[] BlindLosses(Func<string, double> score) => [.. heldOut.Comments.Select(comment => -score(comment.Text))];

        Forecast Forecast(string name, double[]? losses, IReadOnlyList<double[]> scores)
        {
            Interval? nats = losses is null ? null : bootstrap.Ratio(losses).Rounded();
            double? sum = losses?.Sum();
            return new Forecast(name,
                Rounded(sum is double all ? Math.Exp(all / heldOut.TokenCount) : null),
                nats?.Value,
                nats,
                Rounded(sum / Math.Log(2) / heldOut.Comments.Sum(comment => ChatText.CharacterCount(comment.Text))),
                rankedBootstrap is null ? null : Retrieval.Measure(ranked, scores, rankedBootstrap));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scorer.Dispose();

    // What the network is shown in the place of a comment's own moment.
    private enum Shown
    {
        Own,
        OtherFrames,
        OtherSound,
        OtherBoth,
        OtherChat,
        NoChat,
    }

    private static WindowTexts Show(Shown shown, int stream, IReadOnlyList<string> texts, (ClipWindow Window, TimeSpan Time) own, (ClipWindow Window, TimeSpan Time) other) => new(
        stream,
        ExchangedWindows.Join(
            shown is Shown.OtherFrames or Shown.OtherBoth ? other.Window : own.Window,
            shown is Shown.OtherSound or Shown.OtherBoth ? other.Window : own.Window),
        texts,
        shown switch { Shown.NoChat => null, Shown.OtherChat => other.Time, _ => own.Time });

    // Of another candidates' moment, or of a held-out comment's: a file may hold a few moments that lie near each other.
    private (ClipWindow Window, TimeSpan Time)[] Others(CandidateSet[] sets)
    {
        if (sets.Length == 0)
            return [];
        (int Stream, TimeSpan Time, ClipWindow Window)[] moments = [
            .. sets.Select(set => (set.Stream, set.Time, set.Window)),
            .. heldOut.Comments.Select(comment => (comment.Stream, comment.Time, comment.Window)),
        ];
        int[] partners = ExchangedWindows.Partners([.. moments.Select(moment => (moment.Stream, moment.Time))], heldOut.Config.WindowSeconds, seed);
        return [.. partners.Take(sets.Length).Select(partner => (moments[partner].Window, moments[partner].Time))];
    }

    // Never shorter than a window: comments whose windows overlap belong together.
    private static TimeSpan BlockLength(HeldOut heldOut)
    {
        double seconds = heldOut.Comments.GroupBy(comment => comment.Stream).Sum(stream => (stream.Last().Time - stream.First().Time).TotalSeconds);
        return TimeSpan.FromSeconds(Math.Max(heldOut.Config.WindowSeconds, Math.Min(BlockSeconds, Math.Floor(seconds / LeastBlocks))));
    }

    private static double? Rounded(double? value) => value is double number ? Math.Round(number, 4) : null;

    private List<string> Generate(CancellationToken cancellation)
    {
        var texts = new List<string>();
        foreach (HeldOutComment comment in Spread(speak > 0 ? speak : Math.Min(MostGenerated, heldOut.Comments.Count)))
        {
            cancellation.ThrowIfCancellationRequested();
            SamplingOptions sampling = model.Sampling with { Seed = SplitMix64.Mix(seed, texts.Count) };
            texts.Add(model.Generate(_scorer.StateOf(comment.Stream, comment.Window, comment.Time), sampling).Text);
        }
        return texts;
    }

    // Evenly over the held-out comments; several at a moment if there are more.
    private IEnumerable<HeldOutComment> Spread(int count) => Enumerable.Range(0, count).Select(i => heldOut.Comments[(int)((long)i * heldOut.Comments.Count / count)]);
}
