using System.Globalization;

namespace Twitch;

/// <summary>What comments are like, whoever says them.</summary>
/// <param name="Comments">How many.</param>
/// <param name="Distinct1">Different words among all words (Li et al., "A diversity-promoting objective function", 2016).</param>
/// <param name="Distinct2">Different pairs of neighbouring words among all such pairs.</param>
/// <param name="Memorized">Share that stands word for word in the training chat; absent if that is not known.</param>
/// <param name="MeanWords">Mean length in words.</param>
/// <param name="EmoteShare">Emotes among all words (<see cref="EmoteNames"/>).</param>
public sealed record SpeechFigures(int Comments, double Distinct1, double Distinct2, double? Memorized, double MeanWords, double EmoteShare)
{
    /// <summary>The figures in a line.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"{MeanWords:0.0} words a comment, {EmoteShare:0 %} emotes, distinct-1 {Distinct1:0.00}, distinct-2 {Distinct2:0.00}{(Memorized is double share ? $", {share:0 %} said before" : "")}");
}

/// <summary>What the sampling defaults of a bundle were fitted to.</summary>
/// <param name="Network">What the network says with them at the moments of held-out comments.</param>
/// <param name="People">Those comments.</param>
public sealed record FittedSpeech(SpeechFigures Network, SpeechFigures People);
