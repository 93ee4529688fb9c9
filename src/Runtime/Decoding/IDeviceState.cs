using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>A state of a decoder's rows, of any element type.</summary>
internal interface IDeviceState : IDisposable
{
    /// <summary>Keeps what a new row begins with.</summary>
    /// <param name="place">Among the new rows.</param>
    /// <param name="clip">What was seen and heard.</param>
    /// <exception cref="ArgumentException">The clip is of another model.</exception>
    void Begin(int place, ClipContext clip);

    /// <summary>Binds the new rows as they are now. A device takes its copy when they are bound.</summary>
    /// <param name="binding">Of the step.</param>
    /// <param name="count">Places of new rows, at least 1.</param>
    void BindFresh(OrtIoBinding binding, int count);

    /// <summary>Binds the rows of the step before, where they lie on the device.</summary>
    /// <param name="binding">Of the step.</param>
    /// <param name="front">The buffer that it reads, 0 or 1.</param>
    void BindPrevious(OrtIoBinding binding, int front);

    /// <summary>Binds where the step leaves its rows.</summary>
    /// <param name="binding">Of the step.</param>
    /// <param name="front">The buffer that it reads; the other one is written.</param>
    /// <param name="rows">Rows of the step.</param>
    void BindNext(OrtIoBinding binding, int front, int rows);

    /// <summary>Binds all there is for a step in which every row goes on: nothing of it lies beside the processor.</summary>
    /// <param name="binding">Of the step.</param>
    /// <param name="front">The buffer that it reads; the other one is written.</param>
    /// <param name="rows">Rows of the step.</param>
    /// <returns>What must live as long as the binding.</returns>
    IEnumerable<OrtValue> BindSteady(OrtIoBinding binding, int front, int rows);
}
