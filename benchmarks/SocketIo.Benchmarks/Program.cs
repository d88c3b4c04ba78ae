using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Running;
using SocketIo.Benchmarks.Support;

if (args is ["--smoke"])
{
    SmokeRun.All(Console.Out);
    return;
}

// without a filter the switcher would ask; a list answers more
if (args is [])
    args = ["--list", "flat"];
var config = DefaultConfig.Instance.AddExporter(MarkdownExporter.GitHub);
BenchmarkSwitcher.FromAssembly(typeof(SmokeRun).Assembly).Run(args, config);
