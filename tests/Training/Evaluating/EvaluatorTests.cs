using System.Text.Json;
using Twitch.Export;
using Twitch.Runtime;
using Twitch.Training.Chat;
using Twitch.Training.Evaluating;
using Twitch.Training.Prepared;

namespace Twitch.Training.Tests;

/// <summary>An untrained bundle and a made-up recording, measured as <c>evaluate</c> does.</summary>
public sealed class EvaluatorTests : IDisposable
{
    private static readonly ModelConfig Config = SyntheticStream.Tiny with { VocabularySize = 12 };    // words w0004 … w0011
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticStream _stream;
    private readonly Runtime.CommentModel _model;

    public EvaluatorTests()
    {
        UntrainedCheckpoint.Write(_folder["checkpoint"], Config, seed: 3);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["checkpoint"]);
        AtomicFolder.Write(_folder["bundle"], partial =>
        {
            Exporter.WriteGraphs(checkpoint, partial, new ExportOptions());
            Exporter.WriteManifest(checkpoint, partial, new ExportOptions(), Exporter.Provenance(checkpoint), new SamplingOptions());
        });
        var random = new Random(2);
        _stream = new SyntheticStream(Config, seconds: 60)
        {
            Comments = [.. Enumerable.Range(1, 110).Select(i => new ChatComment(TimeSpan.FromSeconds(i / 2.0), string.Join(' ', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"w{random.Next(4, 13):0000}")), 0))],
        };
        _model = Runtime.CommentModel.Open(_folder["bundle"]);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private HeldOut Chat => HeldOut.Create(_model, [_stream], TimeSpan.FromSeconds(20), TimeSpan.MaxValue, training: null);

    [Fact]
    public void Scores_are_the_deployed_models_with_unknown_words_shared()
    {
        const int Unseen = 7;
        using var scorer = new BundleScorer(_model, [_stream], Unseen);
        HeldOutComment comment = Chat.Comments[0];
        string[] texts = ["w0005", "w0005 W0006", "w0005 strange", "", "w0011 w0011 w0011 w0011"];

        double[] scores = scorer.Score([new WindowTexts(0, comment.Window, texts, comment.Time)], TestContext.Current.CancellationToken)[0];

        ClipContext clip = _model.Encode(_stream, comment.Window, Before(comment.Time));
        for (int i = 0; i < texts.Length; i++)
        {
            double alone = _model.Score(clip, [Vocabulary.Start, .. _model.Vocabulary.Encode(texts[i]), Vocabulary.End]).Sum(value => (double)value);
            Assert.Equal(alone - (i == 2 ? Math.Log(Unseen) : 0), scores[i], 1e-5);
        }
    }

    [Fact]
    public void Figures_are_the_same_twice_and_with_two_threads()
    {
        using Runtime.CommentModel threaded = Runtime.CommentModel.Open(_folder["bundle"], new RuntimeOptions { IntraOpThreads = 2 });

        string first = Json(Evaluate(_model)), second = Json(Evaluate(_model)), other = Json(Evaluate(threaded));

        Assert.Equal(first, second);
        Assert.Equal(first, other);

        static string Json(EvaluationReport report) => JsonSerializer.Serialize(report, EvaluationJson.Readable.EvaluationReport);
    }

    [Fact]
    public void The_report_agrees_with_its_definitions()
    {
        EvaluationReport report = Evaluate(_model);

        HeldOut chat = Chat;
        using var scorer = new BundleScorer(_model, [_stream], chat.UnseenWords);
        double loss = -chat.Comments.Sum(comment => scorer.Score([new WindowTexts(0, comment.Window, [comment.Text], comment.Time)], TestContext.Current.CancellationToken)[0][0]);
        int tokens = chat.Comments.Sum(comment => comment.Text.Split(' ').Length + 1), characters = chat.Comments.Sum(comment => comment.Text.Length + 1);
        Assert.Equal((chat.Comments.Count, tokens, 39), (report.Comments, report.Tokens, report.TrainingComments));
        Assert.Equal(Math.Exp(loss / tokens), report.Own.Perplexity!.Value, 1e-3);
        Assert.Equal(loss / chat.Comments.Count, report.Own.NatsPerComment!.Value, 1e-3);
        Assert.Equal(loss / Math.Log(2) / characters, report.Own.BitsPerCharacter!.Value, 1e-3);
        Assert.Equal(report.OtherBoth.NatsPerComment!.Value - report.Own.NatsPerComment.Value, report.Gap.Both.Value, 1e-3);
        Assert.Equal(1, report.UnseenWords);    // w0012
        Assert.Equal(12, report.Forecasts.Count());
        Assert.Equal(report.NoChat!.NatsPerComment!.Value - report.Own.NatsPerComment.Value, report.Gap.NoChat!.Value, 1e-3);
        Assert.Equal(report.OtherChat!.NatsPerComment!.Value - report.Own.NatsPerComment.Value, report.Gap.Chat!.Value, 1e-3);
        Assert.All(report.Forecasts, forecast => Assert.InRange(forecast.Retrieval!.MeanRank.Value, 1, report.MostCandidates));
    }

    [Fact]
    public void Likelihoods_of_the_times_agree_with_their_definition()
    {
        RateForecasts when = Evaluate(_model).When!;

        // 20 s to 60 s; the comments are half a second apart, the last at 55 s; 39 of them before 20 s.
        int[] counts = [.. Enumerable.Range(20, 40).Select(second => _stream.Comments.Count(comment => Math.Floor(comment.Time.TotalSeconds) == second))];
        const double Constant = 39 / 20.0;
        double network = 0, minute = 0, constant = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            TimeSpan time = TimeSpan.FromSeconds(20 + i);
            ClipWindow window = ClipWindow.Before(time, Config, _stream.FrameCount, _stream.StepCount);
            network += Likelihood(counts[i], _model.Rate(_model.Encode(_stream, window, Before(time)), ChatPace.Before(time, ChatBefore.Encode(_stream.Comments, _model.Vocabulary))));
            minute += Likelihood(counts[i], (_stream.Comments.Count(comment => comment.Time < time) + 1) / (20 + i + 1 / Constant));
            constant += Likelihood(counts[i], Constant);
        }
        Assert.Equal((40, 71, false), (when.Seconds, when.Comments, when.ConstantIsOwn));
        Assert.Equal(Constant, when.ConstantRate, 1e-3);
        Assert.Equal(network / 71, when.Network.Value, 1e-3);
        Assert.Equal(minute / 71, when.LastMinute.Value, 1e-3);
        Assert.Equal(constant / 71, when.Constant.Value, 1e-3);
        Assert.Equal(when.Network.Value - when.Constant.Value, when.NetworkGain.Value, 1e-3);

        static double Likelihood(int count, double rate) => count * Math.Log(rate) - rate;
    }

    [Fact]
    public void The_constant_rate_is_of_the_time_that_there_was()
    {
        var brief = new SyntheticStream(Config, seconds: 10) { Comments = [.. Enumerable.Range(1, 9).Select(i => new ChatComment(TimeSpan.FromSeconds(i), "w0005", 0))] };
        HeldOut both = HeldOut.Create(_model, [_stream, brief], TimeSpan.FromSeconds(20), TimeSpan.MaxValue, training: null);
        using var scorer = new BundleScorer(_model, [_stream, brief], both.UnseenWords);

        RateForecasts when = RateForecasts.Measure(_model, both, scorer, TimeSpan.FromSeconds(10), 1, TestContext.Current.CancellationToken);

        Assert.Equal((39 + 9) / 30.0, when.ConstantRate, 1e-3);    // 20 s of the one, 10 s of the other
    }

    [Fact]
    public void An_interval_is_finite_where_most_blocks_hold_nothing()
    {
        var bootstrap = new BlockBootstrap([.. Enumerable.Range(0, 20).Select(i => (0, TimeSpan.FromSeconds(10 * i)))], TimeSpan.FromSeconds(10), seed: 1);
        double[] weights = [.. Enumerable.Range(0, 20).Select(i => i == 7 ? 3.0 : 0)];

        Interval interval = bootstrap.Ratio([.. Enumerable.Repeat(-2.0, 20)], weights);

        Assert.True(double.IsFinite(interval.Low) && double.IsFinite(interval.High), $"{interval}");
        Assert.Equal(-40 / 3.0, interval.Value, 1e-9);
    }

    [Fact]
    public void A_network_without_past_chat_and_rate_is_measured_without_them()
    {
        UntrainedCheckpoint.Write(_folder["plain"], Config with { Chat = null, RateSize = 0 }, seed: 3);
        using Checkpoint checkpoint = Checkpoint.Open(_folder["plain"]);
        AtomicFolder.Write(_folder["plain-bundle"], partial => Exporter.Write(checkpoint, partial, new ExportOptions()));
        using Runtime.CommentModel plain = Runtime.CommentModel.Open(_folder["plain-bundle"]);

        EvaluationReport report = Evaluate(plain);

        Assert.Equal(10, report.Forecasts.Count());
        Assert.Null((object?)report.When ?? report.Gap.Chat ?? report.Gap.NoChat);
        Assert.DoesNotContain("past chat |", EvaluationTable.Gaps(report).Markdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_tables_and_the_page_name_every_forecast()
    {
        EvaluationReport report = Evaluate(_model);

        string markdown = EvaluationTable.Markdown(report), page = EvaluationPage.Html("<bundle>", report);

        foreach (Forecast forecast in report.Forecasts)
        {
            Assert.Contains($"\n| {forecast.Name} | ", markdown, StringComparison.Ordinal);
            Assert.Contains($"<td>{System.Net.WebUtility.HtmlEncode(forecast.Name)}</td>", page, StringComparison.Ordinal);
        }
        Assert.Contains("<title>Evaluation of &lt;bundle&gt;</title>", page, StringComparison.Ordinal);
        Assert.Equal(4, page.Split("src=\"data:image/png;base64,iVBOR").Length - 1);
        Assert.All(EvaluationTable.All(report), table => Assert.All(table.Rows, row => Assert.Equal(table.Header.Count, row.Length)));
    }

    [Fact]
    public void Without_a_training_chat_the_baselines_that_need_one_are_left_out()
    {
        HeldOut chat = HeldOut.Create(_model, [_stream], TimeSpan.Zero, TimeSpan.MaxValue, training: null);

        EvaluationReport report = Evaluate(_model, chat);

        Assert.Equal(0, report.TrainingComments);
        Assert.Null(report.CommentUnigram ?? report.WordUnigram ?? report.TokenNgram ?? report.CharacterNgram ?? report.MostPopular);
        Assert.NotNull(report.PastChat);
        Assert.Null(report.Said.Memorized);
    }

    [Fact]
    public void Candidates_of_one_moment_and_without_truth_can_be_scored()
    {
        using var evaluator = new Evaluator(_model, Chat, seed: 1);
        CandidateSet unjudged = new(0, TimeSpan.FromSeconds(30), Chat.Comments[20].Window, ["w0005", "w0006"], Truth: null, Kinds: null);
        double[][] scores = [.. evaluator.Score([unjudged, unjudged], TestContext.Current.CancellationToken)];

        EvaluationReport none = evaluator.Run([unjudged], scores[..1], TestContext.Current.CancellationToken);
        EvaluationReport one = evaluator.Run([unjudged, unjudged with { Truth = scores[1][0] > scores[1][1] ? 0 : 1 }], scores, TestContext.Current.CancellationToken);

        Assert.Equal(scores[0], scores[1]);
        Assert.Equal((0, null), (none.CandidateSets, none.Own.Retrieval));
        Assert.Equal((1, 1.0), (one.CandidateSets, one.Own.Retrieval!.MeanRank.Value));
        Assert.Null(one.Own.Retrieval.RankedFirst);
        Assert.DoesNotContain("ranked first", EvaluationTable.Markdown(none), StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_person_alone_says_counts_and_is_a_row_of_its_own()
    {
        var stream = new SyntheticStream(Config, seconds: 60)
        {
            Comments = [.. _stream.Comments.Select((comment, i) => comment with { Author = i % 3, Text = i % 4 == 0 ? $"w0005 my own {i}" : "w0006 w0007" })],
        };
        HeldOut chat = HeldOut.Create(_model, [stream], TimeSpan.FromSeconds(20), TimeSpan.MaxValue, training: null);

        EvaluationReport report = Evaluate(_model, chat);

        int own = chat.Comments.Count(comment => comment.Text != "w0006 w0007");
        Assert.Equal([("wording of several people", chat.Comments.Count - own), ("wording of one person alone", own)], report.Wording!.Select(row => (row.Name, row.Comments)));
        Assert.Equal(report.Own.NatsPerComment!.Value, report.Wording!.Sum(row => row.Share * row.NatsPerComment), 1e-3);
        Assert.Contains("| wording of one person alone | ", EvaluationTable.Markdown(report), StringComparison.Ordinal);
        Assert.True(report.Wording![1].NgramBits > report.Wording[0].NgramBits);
    }

    private ChatWindow Before(TimeSpan time) => new ChatBefore(ChatBefore.Encode(_stream.Comments, _model.Vocabulary), time).Window(Config.Chat!);

    private EvaluationReport Evaluate(Runtime.CommentModel model, HeldOut? chat = null)
    {
        chat ??= Chat;
        using var evaluator = new Evaluator(model, chat, seed: 1);
        IReadOnlyList<CandidateSet> sets = Candidates.Build(chat, seed: 1);
        return evaluator.Run(sets, [.. evaluator.Score(sets, TestContext.Current.CancellationToken)], TestContext.Current.CancellationToken);
    }
}
