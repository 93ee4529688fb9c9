using Twitch.Runtime;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>What torch computes for one input, so that any machine and provider can compare itself: <c>golden.safetensors</c>.</summary>
/// <remarks>
/// Inputs: <c>frames</c> u8 [batch, time, height, width, 3], <c>mel</c> f32 [batch, steps, n_mels], with eyes and ears in their place <c>frame_features</c> and
/// <c>sound_features</c> f32 [batch, time, features], <c>tokens</c> i64 [batch, n]; with past
/// chat <c>words</c> i64 [batch, comments, words] and <c>age</c> f32 [batch, comments].
/// Outputs, each [batch, hidden]: <c>video_hidden</c>, <c>video_cell</c>, <c>audio_hidden</c>, <c>audio_cell</c>; <c>hidden</c> and <c>cell</c> after the fusion; <c>next_hidden</c> and <c>next_cell</c> after the
/// last token. Further, with past chat, <c>past_after</c> and <c>past_next</c> i64 [batch, places] and <c>past_scores</c> f32 [batch, places, evidence], <c>rate</c> [batch] if the network has one, <c>logits</c> [batch, n, vocabulary] and <c>greedy</c> i64 [batch, m], the comments that the largest logits spell.
/// </remarks>
public static class Golden
{
    /// <summary>Computes and writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The network; left in evaluation mode. In float64 its outputs are exact before they are rounded.</param>
    /// <param name="seen">What the video encoder takes: frames [batch, time, height, width, 3] u8, or features [batch, time, features] f32.</param>
    /// <param name="heard">What the audio encoder takes: log-mel [batch, steps, n_mels] f32, or features [batch, time, features] f32.</param>
    /// <param name="tokens">[batch, n] i64; each row begins with <c>&lt;SOS&gt;</c>.</param>
    /// <param name="chats">Past chat of each row; empty if the network reads none.</param>
    /// <param name="more">Adds what torch did not compute.</param>
    public static void Write(string path, CommentModel model, Tensor seen, Tensor heard, Tensor tokens, IReadOnlyList<ChatWindow> chats, Action<SafeTensorsWriter>? more = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        model.eval();

        bool perceives = model.Config.Eyes is not null;
        LstmState video = model.EncodeVideo(perceives ? seen.to(model.Device).to(model.Precision) : seen.to(model.Device)), audio = model.EncodeAudio(heard.to(model.Device).to(model.Precision));
        var writer = new SafeTensorsWriter();
        PastWords? past = null;
        if (model.Config.Chat is ChatSpec spec)
        {
            Tensor words = tensor(chats.SelectMany(chat => chat.Words).ToArray()).view(-1, spec.CommentCount, spec.WordCount);
            Tensor age = tensor(chats.SelectMany(chat => chat.Ages).ToArray()).view(-1, spec.CommentCount);
            Add("words", TensorType.I64, words);
            Add("age", TensorType.F32, age);
            PastWords said = model.EncodeChat(words.to(model.Device), age.to(model.Device));
            Add("past_after", TensorType.I64, said.After);
            Add("past_next", TensorType.I64, said.Next);
            Add("past_scores", TensorType.F32, said.Scores);
            past = said;
        }
        LstmState fused = model.Fuse(video, audio, past);
        (Tensor logits, LstmState next) = model.Decode(tokens.to(model.Device), fused);

        Add(perceives ? GoldenCheck.FrameFeatures : "frames", perceives ? TensorType.F32 : TensorType.U8, seen);
        Add(perceives ? GoldenCheck.SoundFeatures : "mel", TensorType.F32, heard);
        more?.Invoke(writer);
        Add("tokens", TensorType.I64, tokens);
        foreach ((string name, LstmState state) in ((string, LstmState)[])[("video_", video), ("audio_", audio), ("", fused), ("next_", next)])
        {
            Add($"{name}hidden", TensorType.F32, state.Hidden);
            Add($"{name}cell", TensorType.F32, state.Cell);
        }
        if (model.Config.RateSize > 0)
        {
            Tensor paces = tensor(Enumerable.Range(0, (int)tokens.shape[0]).SelectMany(row => (float[])[0.7f * row, 1 + row]).ToArray(), device: model.Device).view(-1, ChatPace.Count);
            if (model.Config.Chat is not null)
                Add("pace", TensorType.F32, paces);
            Add("rate", TensorType.F32, model.Rate(fused, paces.to(model.Precision)));
        }
        Add("logits", TensorType.F32, logits);
        Add("greedy", TensorType.I64, Greedy(model, fused));
        writer.Save(path);

        void Add(string name, TensorType type, Tensor value) =>
            writer.Add(name, type, value.shape, stream => stream.Write(value.to(type switch { TensorType.F32 => ScalarType.Float32, TensorType.U8 => ScalarType.Byte, _ => ScalarType.Int64 }).contiguous().cpu().bytes));
    }

    /// <summary>The most likely next token, again and again, for each row until all have drawn <c>&lt;EOS&gt;</c>; as in the runtime,
    /// <c>&lt;PAD&gt; &lt;UNK&gt; &lt;SOS&gt;</c> never come, and <c>&lt;EOS&gt;</c> not first.</summary>
    /// <param name="model">The network, in evaluation mode.</param>
    /// <param name="state">The decoder's first state.</param>
    /// <param name="maxLength">Most tokens.</param>
    /// <returns>[batch, tokens] i64; a row that ended is filled with <c>&lt;EOS&gt;</c>.</returns>
    public static Tensor Greedy(CommentModel model, LstmState state, int maxLength = 20)
    {
        long batch = state.Hidden.shape[0];
        Tensor token = full([batch, 1], Vocabulary.Start, ScalarType.Int64, model.Device);
        Tensor ended = zeros([batch, 1], ScalarType.Bool, model.Device);
        var drawn = new List<Tensor>();
        while (drawn.Count < maxLength)
        {
            (Tensor logits, state) = model.Decode(token, state);                         // [batch, 1, vocabulary]
            logits.narrow(2, 0, drawn.Count == 0 ? Vocabulary.SpecialCount : Vocabulary.End).fill_(float.NegativeInfinity);
            token = logits.argmax(2).masked_fill(ended, Vocabulary.End);                 // [batch, 1]
            ended = token.eq(Vocabulary.End);
            drawn.Add(token);
            if (ended.all().item<bool>())
                break;
        }
        return cat(drawn, 1);
    }
}
