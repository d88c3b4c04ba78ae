using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.EmitCheatSheet;

public sealed class VolatileTests
{
    [Test]
    public async Task A_volatile_event_is_dropped_while_a_polling_client_does_not_ask_for_any()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        using var client = await RawPolling.OpenAsync(server.Address, "/socket.io/");
        var socket = await JoinAsync(server, client);

        await socket.Volatile.EmitAsync("lost");
        await server.Io.Volatile.EmitAsync("lost", new byte[] { 1 });
        await socket.EmitAsync("kept");
        await socket.Volatile.EmitAsync("lost");
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { """42["kept"]""" }));
    }

    [Test]
    public async Task A_polling_client_that_waits_gets_a_volatile_event_and_of_two_in_a_row_the_first_only()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        using var client = await RawPolling.OpenAsync(server.Address, "/socket.io/");
        var socket = await JoinAsync(server, client);
        var poll = client.PollAsync();
        await Deadlines.Eventually(() => socket.Client.Session.CurrentTransport.IsWritable);

        await socket.Volatile.EmitAsync("first");
        await socket.Volatile.EmitAsync("second");
        Assert.That(await poll, Is.EqualTo(new[] { """42["first"]""" }));
        await socket.EmitAsync("kept");
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { """42["kept"]""" }));
    }

    [Test]
    public async Task A_volatile_event_that_asks_for_an_acknowledgement_and_is_dropped_fails_at_once_and_of_a_broadcast_is_missing()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        using var client = await RawPolling.OpenAsync(server.Address, "/socket.io/");
        var socket = await JoinAsync(server, client);

        var exception = await Assert.ThrowsAsync<EventDroppedException>(() => socket.Volatile.EmitWithAckAsync<int>("lost").WithDeadline());
        Assert.That((exception!.EventName, exception.SocketId), Is.EqualTo(("lost", socket.Id)));
        Assert.That(exception.Message, Does.Contain("volatile"));
        var results = await server.Io.Volatile.EmitWithAckAsync<int>("lost").WithDeadline();
        Assert.That(results.Missing, Is.EqualTo(new[] { socket.Id }));
    }

    [Test]
    public async Task Volatile_events_arrive_while_the_client_can_be_sent_to()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var connection = await server.ConnectAsync();
        await connection.Socket.Volatile.EmitAsync("cursor", 1, 2);
        Assert.That((await connection.Client.NextEventAsync("cursor")).ToString(), Is.EqualTo("cursor(1, 2)"));
        await server.Io.Volatile.EmitAsync("cursor", new byte[] { 3 });
        Assert.That((await connection.Client.NextEventAsync("cursor")).Args.Single().GetBinary(), Is.EqualTo(new byte[] { 3 }));
    }

    [Test]
    public async Task A_volatile_event_is_dropped_while_a_WebSocket_client_does_not_read_and_the_sender_can_wait_for_the_drain()
    {
        // more than the operating system's buffers of both sides take, so that the queue cannot empty before the client reads
        const int MoreThanBuffers = 8 * 1024 * 1024;
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.MaxQueuedBytes = 2 * MoreThanBuffers);
        using var client = await RawWebSocket.OpenAsync(server.Address, "/socket.io/", receiveBuffer: 65_536);
        await client.SendAsync("40");
        Assert.That((await client.ReadAsync()).Text, Does.StartWith("40{"));
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 1);
        var socket = server.Io.Sockets.Values.Single();
        var large = new string('x', 100_000);
        while (socket.EngineSession.QueuedBytes < MoreThanBuffers)
            await socket.EmitAsync("large", large);

        await socket.Volatile.EmitAsync("lost");
        await server.Io.Volatile.EmitAsync("lost");
        var drained = socket.EngineSession.WhenDrainedAsync();
        Assert.That(drained.IsCompleted, Is.False);
        var reading = ReadUntilAsync(client, """42["last"]""");
        Assert.That(await drained.WithDeadline(), Is.True);
        await socket.Volatile.EmitAsync("fits");
        await socket.EmitAsync("last");
        Assert.That((await reading).Where(text => !text.Contains("large", StringComparison.Ordinal)), Is.EqualTo(new[] { """42["fits"]""", """42["last"]""" }));
    }

    private static async Task<Socket> JoinAsync(TestServer server, RawPolling client)
    {
        await client.PostAsync("40");
        Assert.That((await client.PollAsync()).Single(), Does.StartWith("40{"));
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 1);
        return server.Io.Sockets.Values.Single();
    }

    private static async Task<List<string>> ReadUntilAsync(RawWebSocket client, string last)
    {
        var texts = new List<string>();
        do
            texts.Add((await client.ReadAsync()).Text);
        while (texts[^1] != last);
        return texts;
    }
}
