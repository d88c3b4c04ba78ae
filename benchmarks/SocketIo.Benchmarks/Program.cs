using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Running;
using SocketIo.Benchmarks.Support;

if (args is ["--smoke"])
{
    SmokeRun.All(Console.Out);
    return;
}

if (args is ["--churn", .. var churn])
{
    using var run = new ChurnRun();
    Console.WriteLine(run.Run(churn is [var deliveries, ..] ? long.Parse(deliveries, CultureInfo.InvariantCulture) : 10_000_000, seed: 1));
    return;
}

// without a filter the switcher would ask; a list answers more
if (args is [])
    args = ["--list", "flat"];
var config = DefaultConfig.Instance.AddExporter(MarkdownExporter.GitHub);
BenchmarkSwitcher.FromAssembly(typeof(SmokeRun).Assembly).Run(args, config);
