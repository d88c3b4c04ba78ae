using SocketIo.Benchmarks.Support;

namespace SocketIo.Server.Tests;

[NonParallelizable]
public class BenchmarksDoNotRotTests
{
    [Test]
    public void Every_benchmark_sets_up_checks_its_results_and_runs() =>
        Assert.That(SmokeRun.All(TestContext.Out), Is.GreaterThan(50));

    [TestCase(1)]
    [TestCase(2)]
    public void Who_stays_in_a_room_gets_each_message_once_in_order_while_eight_tasks_join_and_leave(int seed)
    {
        using var run = new ChurnRun();
        TestContext.Out.WriteLine(run.Run(200_000, seed));
    }
}
