using SocketIo.Benchmarks.Support;

namespace SocketIo.Server.Tests;

[NonParallelizable]
public class BenchmarksDoNotRotTests
{
    [Test]
    public void Every_benchmark_sets_up_checks_its_results_and_runs() =>
        Assert.That(SmokeRun.All(TestContext.Out), Is.GreaterThan(50));

    // the least of three runs: the counter is the whole process's, the test host included
    [Test]
    public void Broadcasts_of_two_threads_wait_for_no_lock() =>
        Assert.That(Enumerable.Range(0, 3).Min(static _ => ContentionRun.Run()), Is.Zero);

    [TestCase(1)]
    [TestCase(2)]
    public void Who_stays_in_a_room_gets_each_message_once_in_order_while_eight_tasks_join_and_leave(int seed)
    {
        using var run = new ChurnRun();
        TestContext.Out.WriteLine(run.Run(200_000, seed));
    }
}
