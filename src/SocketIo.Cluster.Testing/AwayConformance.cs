using System.Globalization;

namespace SocketIo.Cluster.Testing;

/// <summary>The backplane goes away and comes back.</summary>
public abstract class AwayConformance : RequestConformance
{
    [SetUp]
    public void SkipWhatCannotBeTested()
    {
        if (!CanStop && TestContext.CurrentContext.Test.Properties.ContainsKey(nameof(NeedsStopAttribute)))
            Assert.Ignore("This backplane cannot be stopped in a test.");
    }

    [Test, NeedsStop]
    public async Task While_the_backplane_is_away_own_clients_are_served_and_requests_end_at_once()
    {
        var (a, b) = await JoinTwoAsync();
        var own = await a.Root.ConnectAsync();
        await b.Root.ConnectAsync();
        await StopAsync();
        await EventuallyAsync(() => !a.Backplane.State.IsConnected);
        Assert.That(a.Backplane.State.Reason, Is.Not.Empty);

        a.Root.Emit("[\"e\"]", flags: new() { IsVolatile = true });
        if (a.Root.Log is null)
            Assert.That(await EventsAsync(own, 1), Is.EqualTo(new[] { "[\"e\"]" }));
        await a.Root.SocketsJoinAsync([], "room").WaitAsync(Deadline);
        Assert.That(own.Rooms, Does.Contain("room"));
        var (sockets, missing) = await a.Root.FetchSocketsAsync().WaitAsync(Deadline);
        Assert.That(sockets, Has.Count.EqualTo(1));
        Assert.That(missing.IsBackplaneAway);
        Assert.That((await a.Root.ServerSideEmitWithAckAsync("[\"e\"]").WaitAsync(Deadline)).Missing.IsBackplaneAway);
        Assert.That((await a.Root.EmitWithAckAsync("[\"e\"]", TimeSpan.FromHours(1)).WaitAsync(Deadline)).MissingNodes.IsBackplaneAway);
        await StartAsync();
    }

    [Test, NeedsStop]
    public async Task A_request_in_flight_ends_when_the_backplane_goes_away()
    {
        var (a, b) = await JoinTwoAsync();
        b.Root.OnServerEvent = static _ => null;
        var task = a.Root.ServerSideEmitWithAckAsync("[\"e\"]");
        await EventuallyAsync(() => b.Root.ServerEvents.Contains("[\"e\"]"));
        await StopAsync();
        Assert.That((await task.WaitAsync(Deadline)).Missing.IsBackplaneAway);
        await StartAsync();
    }

    [Test, NeedsStop]
    public async Task When_the_backplane_is_back_what_waited_arrives_in_order_and_nothing_twice()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        a.Root.Emit("[\"e\",0]");
        await EventsAsync(socket, 1);
        await StopAsync();
        await EventuallyAsync(() => !a.Backplane.State.IsConnected && !b.Backplane.State.IsConnected);
        for (var i = 1; i <= 100; i++)
            a.Root.Emit($"[\"e\",{i}]", i % 2 == 0 ? [socket.Id] : null);
        await StartAsync();
        await MeetAsync(a.Root, b.Root);
        a.Root.Emit("[\"e\",101]");
        await EventuallyAsync(() => socket.Events.LastOrDefault() == "[\"e\",101]");

        // a node that is back after the other has missed what was sent in between, on backplanes that keep nothing
        var numbers = socket.Events.Select(static json => int.Parse(json[5..^1], CultureInfo.InvariantCulture)).ToArray();
        Assert.That(numbers, Is.Ordered.And.Unique);
        Assert.That(numbers[0], Is.Zero);
        if (a.Root.Log is not null)
            Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, 102)));
    }

    [Test, NeedsStop]
    public async Task Whatever_is_emitted_while_the_backplane_comes_and_goes_arrives_once_or_never_and_in_order()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        using var end = new CancellationTokenSource();
        var count = 0;
        var emitting = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                a.Root.Emit($"[\"e\",{count++}]", count % 2 == 0 ? [socket.Id] : null);
                if (count % 100 == 0)
                    await Task.Delay(1);
            }
        });
        for (var round = 0; round < 3; round++)
        {
            await EventuallyAsync(() => a.Backplane.State.IsConnected && b.Backplane.State.IsConnected);
            var before = socket.EventCount;
            await EventuallyAsync(() => socket.EventCount > before);
            await StopAsync();
            await EventuallyAsync(() => !a.Backplane.State.IsConnected);
            await StartAsync();
        }
        await EventuallyAsync(() => a.Backplane.State.IsConnected && b.Backplane.State.IsConnected);
        await end.CancelAsync();
        await emitting;
        await MeetAsync(a.Root, b.Root);
        await SettleAsync(a.Root, b.Root);
        var numbers = socket.Events.Select(static json => int.Parse(json[5..^1], CultureInfo.InvariantCulture)).ToArray();
        Assert.That(numbers, Is.Ordered.And.Unique);
    }

    [Test, NeedsStop]
    public async Task What_waits_for_the_backplane_is_bounded_and_what_is_dropped_is_counted()
    {
        var options = TestNode.CreateOptions();
        options.MaxQueuedBytes = 100_000;
        var a = await JoinAsync(options);
        await StopAsync();
        await EventuallyAsync(() => !a.Backplane.State.IsConnected);
        for (var i = 0; i < 1_000; i++)
            a.Root.Emit($"[\"e\",\"{new string('x', 1_000)}\"]");
        Assert.That(a.Server.Budget.Bytes, Is.InRange(50_000, 100_000));
        Assert.That(a.Counter("socketio.cluster.messages.dropped"), Is.InRange(900, 1_000));
        await StartAsync();
        await EventuallyAsync(() => a.Server.Budget.Bytes == 0);
    }

    [Test, NeedsStop]
    public async Task A_node_that_starts_while_the_backplane_is_away_joins_when_it_is_there()
    {
        var a = await JoinAsync();
        await StopAsync();
        await EventuallyAsync(() => !a.Backplane.State.IsConnected);
        var late = Create();
        await late.StartAsync().AsTask().WaitAsync(Deadline);
        Assert.That(late.Backplane.State.IsConnected, Is.False);
        var own = await late.Root.ConnectAsync();
        late.Root.Emit("[\"e\"]", flags: new() { IsVolatile = true });
        await EventsAsync(own, 1);
        await StartAsync();
        await MeetAsync(a.Root, late.Root);
        a.Root.Emit("[\"back\"]");
        await EventuallyAsync(() => own.Events.Contains("[\"back\"]"));
    }

    [Test, NeedsStop]
    public async Task Rooms_that_were_opened_before_and_while_the_backplane_was_away_receive_when_it_is_back()
    {
        var (a, b) = await JoinTwoAsync();
        var before = await b.Root.ConnectAsync("before");
        await StopAsync();
        await EventuallyAsync(() => !b.Backplane.State.IsConnected);
        var meanwhile = new TestSocket?[1];
        var connecting = Task.Run(async () => meanwhile[0] = await b.Root.ConnectAsync("meanwhile"));
        await StartAsync();
        await MeetAsync(a.Root, b.Root);
        await connecting.WaitAsync(Deadline);
        a.Root.Emit("[\"1\"]", ["before"]);
        a.Root.Emit("[\"2\"]", ["meanwhile"]);
        await EventuallyAsync(() => before.Events.Contains("[\"1\"]") && meanwhile[0]!.Events.Contains("[\"2\"]"));
    }

    /// <summary>The test needs <see cref="ClusterTests.StopAsync"/>.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class NeedsStopAttribute : PropertyAttribute
    {
        public NeedsStopAttribute() : base(nameof(NeedsStopAttribute), "true")
        {
        }
    }
}
