using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>What the network's LSTMs have in common.</summary>
internal static class Recurrence
{
    /// <summary>An LSTM whose forget gates begin open (bias 1), so that gradients reach the first steps of a long window from the start
    /// (Jozefowicz et al. 2015).</summary>
    /// <remarks>Time comes first, [time, batch, inputs]: torch would turn it otherwise.</remarks>
    public static LSTM OpenLstm(int inputs, int hidden)
    {
        LSTM lstm = nn.LSTM(inputs, hidden);
        using (no_grad())
        {
            using Tensor forget = lstm.get_parameter("bias_ih_l0")!.narrow(0, hidden, hidden);
            forget.fill_(1);
        }
        return lstm;
    }

    /// <summary>The state after each row's steps, rows of one length at a time; a row without steps keeps the zero state.</summary>
    /// <param name="lstm">What takes them in.</param>
    /// <param name="steps">Pool of steps, [steps, inputs].</param>
    /// <param name="windows">Which steps each row of the batch takes in.</param>
    /// <param name="hiddenSize">Of its state.</param>
    /// <param name="missed">Share of the steps of each row that are zeros, drawn from torch's generator.</param>
    public static LstmState Encode(LSTM lstm, Tensor steps, StepWindows windows, int hiddenSize, double missed = 0)
    {
        var hidden = new List<Tensor>();
        var cell = new List<Tensor>();
        foreach (StepGroup group in windows.Groups)
        {
            if (group.Time == 0)
            {
                hidden.Add(zeros(group.Rows.Count, hiddenSize, dtype: steps.dtype, device: steps.device));
                cell.Add(zeros(group.Rows.Count, hiddenSize, dtype: steps.dtype, device: steps.device));
                continue;
            }
            Tensor inputs = steps.index_select(0, group.Index(steps.device)).view(group.Time, group.Rows.Count, -1);
            if (missed > 0)
                inputs = inputs * rand(group.Time, group.Rows.Count, 1, device: steps.device).ge(missed).to(inputs.dtype);
            (_, Tensor h, Tensor c) = lstm.call(inputs);                                 // each [1, rows, hidden]
            hidden.Add(h.squeeze(0));
            cell.Add(c.squeeze(0));
        }
        if (windows.IsOrdered)
            return new LstmState(hidden[0], cell[0]);
        Tensor order = windows.Order(steps.device);
        return new LstmState(cat(hidden, 0).index_select(0, order), cat(cell, 0).index_select(0, order));
    }
}
