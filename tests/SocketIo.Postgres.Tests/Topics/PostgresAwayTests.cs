using SocketIo.TestKit;
using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Postgres.Tests.Topics;

/// <summary>A server that ends, dies or hangs while many emit.</summary>
internal sealed class PostgresAwayTests : AwayTests
{
    private PostgresServer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await PostgresServer.StartAsync();
        Log.Expect("listens to PostgreSQL was lost");
    }

    [Test]
    public async Task A_server_that_is_started_again_in_time_costs_no_emit()
    {
        await OpenAsync(TimeSpan.FromSeconds(30));
        using var end = new CancellationTokenSource();
        var emitting = Enumerable.Range(0, Emitters).Select(emitter => Task.Run(() => EmitAsync(emitter, end.Token))).ToArray();
        await StoredAsync(50);
        await _server.StopAsync();
        await Task.Delay(200);
        await _server.StartAsync();
        await StoredAsync(100);
        await end.CancelAsync();
        var emitted = await Task.WhenAll(emitting).WithDeadline(TimeSpan.FromMinutes(1));

        Assert.That(emitted.SelectMany(static one => one).Select(static one => one.Failure), Has.All.Null);
        AssertStored(emitted, await ReadAllAsync());
        await Deadlines.Eventually(() => News.LostCount > 0);
    }

    [Test]
    public async Task A_server_that_is_killed_keeps_every_event_whose_emit_completed_and_those_with_a_key_complete()
    {
        await OpenAsync(TimeSpan.FromSeconds(30));
        using var end = new CancellationTokenSource();
        var emitting = Enumerable.Range(0, Emitters).Select(emitter => Task.Run(() => EmitAsync(emitter, end.Token))).ToArray();
        for (var round = 1; round <= 3; round++)
        {
            await StoredAsync(50 * round);
            await _server.KillAsync();
            await _server.StartAsync();
        }
        await StoredAsync(300);
        await end.CancelAsync();
        var emitted = await Task.WhenAll(emitting).WithDeadline(TimeSpan.FromMinutes(1));

        foreach (var (failure, hasKey) in emitted.SelectMany(static one => one).Where(static one => one.Failure is not null).Select(static one => (one.Failure, one.HasKey)))
            Assert.That((failure!.MayBeStored, hasKey), Is.EqualTo((true, false)), failure.ToString());
        AssertStored(emitted, await ReadAllAsync());
    }

    [Test]
    public async Task Behind_a_server_that_hangs_an_emit_fails_in_time_and_the_next_goes_on_when_it_runs_again()
    {
        await OpenAsync(TimeSpan.FromSeconds(2));
        await Queue.ExecuteAsync(new AppendEvent(Orders, Data("before")));
        _server.Suspend();
        var begin = DateTime.UtcNow;
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => Queue.ExecuteAsync(new AppendEvent(Orders, Data("meanwhile"))).AsTask().WithDeadline());
        Assert.That(failure!.MayBeStored);
        Assert.That(DateTime.UtcNow - begin, Is.LessThan(TimeSpan.FromSeconds(10)));
        _server.Resume();
        await Deadlines.Eventually(() => TryAppendAsync().GetAwaiter().GetResult());
        Assert.That((await ReadAllAsync())[0], Is.EqualTo("before"));
    }

    protected override Task EndServerAsync() => _server.DisposeAsync().AsTask();

    private Task OpenAsync(TimeSpan timeout) =>
        OpenAsync(new PostgresTopicStore(new PostgresTopicOptions { ConnectionString = _server.ConnectionString, CommandTimeout = TimeSpan.FromSeconds(3) }), timeout);
}
