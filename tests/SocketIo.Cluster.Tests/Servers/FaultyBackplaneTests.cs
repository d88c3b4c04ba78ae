using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>Whatever a backplane does: own clients come, are served and go, and the log says what is wrong.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FaultyBackplaneTests
{
    private const string Rooms = "sockets in them may miss broadcasts of other servers";

    private readonly FaultyBackplane _backplane = new();

    [Test]
    public async Task A_room_that_cannot_be_closed_does_not_keep_the_socket_of_a_client_that_has_gone()
    {
        _backplane.ClosingRoom = static () => throw new InvalidOperationException("a fault");
        await using var server = await StartAsync();
        server.Log.Expect(Rooms);
        var ann = await ConnectAsync(server);
        await ann.DisconnectAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 0);
        await LoggedOnceAsync(server, Rooms);
    }

    [Test]
    public async Task Clients_join_although_rooms_do_not_open([Values] bool fails)
    {
        _backplane.OpeningRoom = fails
            ? static () => throw new InvalidOperationException("a fault")
            : static () => new(new TaskCompletionSource().Task);
        await using var server = await StartAsync();
        server.Log.Expect(Rooms);
        await ConnectAsync(server);
        await LoggedOnceAsync(server, Rooms);
    }

    [Test]
    public async Task A_room_that_did_not_open_is_tried_again_until_it_does()
    {
        var calls = 0;
        _backplane.OpeningRoom = () => Interlocked.Increment(ref calls) < 3 ? throw new InvalidOperationException("a fault") : default;
        await using var server = await StartAsync();
        server.Log.Expect(Rooms);
        await ConnectAsync(server);
        await LoggedOnceAsync(server, Rooms);
        await Deadlines.Eventually(() => Volatile.Read(ref calls) >= 3);
    }

    [Test]
    public async Task Clients_join_although_the_namespace_does_not_open_which_goes_on()
    {
        var opens = new TaskCompletionSource();
        _backplane.Opening = () => opens.Task;
        await using var server = await StartAsync();
        server.Log.Expect("The namespace / was not opened on the backplane within");
        await ConnectAsync(server);
        await LoggedOnceAsync(server, "The namespace / was not opened on the backplane within");
        Assert.That((await server.Io.FetchSocketsAsync()).IsComplete, Is.False);
        opens.SetResult();
        await Deadlines.Eventually(() => server.Io.FetchSocketsAsync().AsTask().GetAwaiter().GetResult().IsComplete);
    }

    [Test]
    public async Task Messages_that_cannot_be_sent_are_logged_also_by_a_server_that_stops_at_once()
    {
        _backplane.Sending = static () => throw new InvalidOperationException("a fault");
        var server = await StartAsync();
        server.Log.Expect("messages for other servers were lost; the last one since: a fault");
        await server.Io.Delivery.WhenReady.WithDeadline();
        await server.DisposeAsync();
        Assert.That(server.Log.Entries.Any(static one => one.Message.Contains("were lost", StringComparison.Ordinal)));
    }

    [Test]
    public async Task The_server_stops_although_a_namespace_does_not_leave()
    {
        _backplane.Leaving = static () => new(new TaskCompletionSource().Task);
        await using var server = await StartAsync();
        await server.StopAsync().WithDeadline();
    }

    [Test]
    public async Task A_backplane_or_a_link_that_is_null_is_refused_at_the_start()
    {
        _backplane.IsEmpty = true;
        Assert.That((await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync()))!.Message, Does.Contain("The backplane faulty must make a link for the namespace /"));
        Assert.That(
            (await Assert.ThrowsAsync<InvalidOperationException>(static () => StartAsync(null!)))!.Message, Does.Contain("AddBackplane must return a backplane"));
    }

    private Task<TestServer> StartAsync() => StartAsync(_backplane);

    private static Task<TestServer> StartAsync(Backplane backplane) =>
        TestServer.StartSocketIoAsync(build: app => app.Services.AddSocketIo().AddBackplane(_ => backplane));

    private static async Task<NodeClient> ConnectAsync(TestServer server)
    {
        var client = await StockClients.Node.OpenAsync(server.Address.ToString(), new { transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        await server.Io.EmitAsync("own");
        await client.NextEventAsync("own");
        return client;
    }

    private static async Task LoggedOnceAsync(TestServer server, string text)
    {
        await Deadlines.Eventually(() => server.Log.Entries.Any(one => one.Message.Contains(text, StringComparison.Ordinal)));
        Assert.That(server.Log.Entries.Count(static one => one.Level >= LogLevel.Warning), Is.EqualTo(1));
    }
}
