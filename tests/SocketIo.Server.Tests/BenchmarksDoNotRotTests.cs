using SocketIo.Benchmarks.Support;

namespace SocketIo.Server.Tests;

[NonParallelizable]
public class BenchmarksDoNotRotTests
{
    [Test]
    public void Every_benchmark_sets_up_checks_its_results_and_runs() =>
        Assert.That(SmokeRun.All(TestContext.Out), Is.GreaterThan(50));
}
