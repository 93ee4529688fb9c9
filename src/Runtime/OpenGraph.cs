using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>A graph that is open and can be run, by any number of threads.</summary>
/// <param name="session">The model's.</param>
/// <param name="run">Shared by all runs.</param>
/// <param name="provider">What the session runs on.</param>
internal sealed class OpenGraph(InferenceSession session, RunOptions run, ExecutionProvider provider)
{
    /// <summary>Runs it.</summary>
    /// <param name="inputs">Names of the inputs.</param>
    /// <param name="given">One value for each.</param>
    /// <param name="outputs">Names of the outputs that are wanted.</param>
    /// <param name="results">Where each is written.</param>
    public void Run(string[] inputs, OrtValue[] given, string[] outputs, OrtValue[] results)
    {
        using Lock.Scope turn = DeviceTurn.Take(provider);
        try
        {
            session.Run(run, inputs, given, outputs, results);
        }
        catch (OnnxRuntimeException e)
        {
            throw GraphSession.Failure(provider, e);
        }
    }
}
