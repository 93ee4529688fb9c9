using Twitch.Live;

return await CommandRunner.RunProgramAsync((output, error, cancellation) => CommandLine.RunAsync(args, output, error, cancellation));
