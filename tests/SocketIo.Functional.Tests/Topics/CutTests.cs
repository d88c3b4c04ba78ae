using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>Connections that are cut at each step of a delivery.</summary>
[TestFixtureSource(typeof(TopicWay), nameof(TopicWay.All))]
public sealed class CutTests(TopicWay way)
{
    [Test]
    public async Task An_event_that_was_emitted_after_the_cut_comes_with_the_next_connection()
    {
        await using var server = await TopicServer.StartAsync();
        var relay = Relay.To(server.Address);
        await ConnectAsync(server, relay.Address);
        relay.Cut();
        await server.EmitAsync(1, 3);
        var client = await ConnectAsync(server, server.Address);
        Assert.That(await client.TakeAsync(3), Is.EqualTo("1 2 3"));
        await server.CursorIsAsync("ann", 3);
    }

    [Test]
    public async Task An_event_that_the_client_has_and_has_not_acknowledged_comes_again()
    {
        await using var server = await TopicServer.StartAsync(subscribe: static () => new() { Metadata = true });
        var relay = Relay.To(server.Address);
        var client = await ConnectAsync(server, relay.Address, acknowledges: false);
        await server.EmitAsync(1, 2);
        await client.TakeAsync(2);
        relay.Cut();
        await AssertComesAgainAsync(server);
    }

    [Test]
    public async Task An_event_whose_acknowledgement_is_lost_on_its_way_comes_again()
    {
        await using var server = await TopicServer.StartAsync(subscribe: static () => new() { Metadata = true });
        var relay = Relay.To(server.Address);
        var client = await ConnectAsync(server, relay.Address, acknowledges: false);
        await client.OnAckAsync("order");

        // the events arrive, and what the client sends does not
        relay.SuspendToServer();
        await server.EmitAsync(1, 2);
        var isWebSocket = way.Transports[0] == "websocket";
        await client.TakeAsync(isWebSocket ? 2 : 0);
        relay.Cut();
        // without a poll that waits they may not have left
        await AssertComesAgainAsync(server, hasLeft: isWebSocket);
    }

    [Test]
    public async Task A_backlog_that_is_cut_off_during_the_upgrade_arrives_whole_and_in_order()
    {
        await using var server = await TopicServer.StartAsync(subscribe: static () => new() { Metadata = true, Start = TopicStart.Beginning });
        await server.EmitAsync(1, 500);
        var relay = Relay.To(server.Address);
        var client = await ConnectAsync(server, relay.Address, wait: false);
        await client.NextEventAsync("order");
        relay.Cut();
        // whatever it has got is told before
        await client.NextEventAsync("disconnect");
        var before = client.Events.Count(static one => one.Name == "order");

        client = await ConnectAsync(server, server.Address, wait: false);
        var texts = new List<int>();
        do
            texts.Add((await client.NextEventAsync("order")).Args[0].GetInt32());
        while (texts[^1] < 500);
        Assert.That(texts, Is.EqualTo(Enumerable.Range(texts[0], texts.Count)));
        Assert.That(texts[0], Is.LessThanOrEqualTo(before + 1));
        await server.CursorIsAsync("ann", 500);
    }

    private async Task AssertComesAgainAsync(TestServer server, bool hasLeft = true)
    {
        var client = await ConnectAsync(server, server.Address);
        var first = await client.NextEventAsync("order");
        Assert.That(first.Args[0].GetInt32(), Is.EqualTo(1));
        Assert.That(first.Args[1].GetProperty("redelivered").GetBoolean() || !hasLeft);
        await client.NextEventAsync("order");
        await server.CursorIsAsync("ann", 2);
    }

    private async Task<NodeClient> ConnectAsync(TestServer server, Uri address, bool acknowledges = true, bool wait = true)
    {
        var client = await StockClients.Node.OpenAsync(address.ToString(), new { transports = way.Transports, query = new { user = "ann" }, client = way.Client, autoConnect = false });
        if (acknowledges)
            await client.OnAckAsync("order");
        await client.ConnectAsync();
        await client.ConnectedAsync();
        if (wait)
            await server.SubscribedAsync("ann");
        return client;
    }
}
