using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Twitch;

// Where training keeps oneDNN from the widest registers, because it computes small networks wrongly in them (see CLibrary), TorchSharp's loop here need not: the
// networks that are measured are large enough.
NativeEnvironment.SetDefault("ONEDNN_MAX_CPU_ISA", "DEFAULT");

// In this process: what is measured is native code, and a project generated elsewhere would not find its libraries.
Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(10).WithIterationTime(TimeInterval.FromMilliseconds(150));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
