using System.Runtime.InteropServices;
using System.Text;
using Twitch.Live;

using var interrupted = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

using var output = new StreamWriter(new StandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
return await CommandLine.RunAsync(args, output, Console.Error, interrupted.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;    // the command stops between two comments and says 130
    interrupted.Cancel();
}
