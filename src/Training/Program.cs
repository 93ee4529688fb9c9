using Twitch.Live;
using Twitch.Training;

return await CommandRunner.RunProgramAsync((output, error, cancellation) => CommandLine.RunAsync(args, output, error, cancellation));
