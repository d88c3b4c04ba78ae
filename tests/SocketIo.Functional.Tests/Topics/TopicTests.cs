using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>Topics as stock clients of all versions see them.</summary>
[TestFixtureSource(typeof(TopicWay), nameof(TopicWay.All))]
public sealed class TopicTests(TopicWay way)
{
    // by polling, socket.io-client 1 decodes text twice, and refuses what is beyond ASCII
    private string Text => way.Client is 1 && way.Transports[0] == "polling" ? "\"zwei\\" : "\"\u00e4\u20ac\ud83d\ude00\\";

    [Test]
    public async Task A_client_gets_what_it_has_missed_and_then_what_comes_in_order()
    {
        await using var server = await TopicServer.StartAsync();
        var client = await ConnectAsync(server, "ann");
        await server.EmitAsync(1, 3);
        Assert.That(await client.TakeAsync(3), Is.EqualTo("1 2 3"));
        await server.CursorIsAsync("ann", 3);

        await client.DisconnectAsync();
        await server.LeftAsync("ann");
        await server.EmitAsync(4, 6);
        client = await ConnectAsync(server, "ann");
        await server.EmitAsync(7, 8);
        Assert.That(await client.TakeAsync(5), Is.EqualTo("4 5 6 7 8"));
        await server.CursorIsAsync("ann", 8);
        Assert.That(client.Events.Where(static one => one.Name == "order").All(static one => one.WantsAck));
    }

    [Test]
    public async Task What_a_client_did_not_acknowledge_comes_again_first_with_the_next_connection()
    {
        await using var server = await TopicServer.StartAsync();
        var client = await ConnectAsync(server, "ann", acknowledges: false);
        await server.EmitAsync(1, 3);
        Assert.That(await client.TakeAsync(3), Is.EqualTo("1 2 3"));
        await client.DisconnectAsync();
        await server.LeftAsync("ann");
        await server.EmitAsync(4, 4);

        client = await ConnectAsync(server, "ann");
        Assert.That(await client.TakeAsync(4), Is.EqualTo("1 2 3 4"));
        await server.CursorIsAsync("ann", 4);
    }

    [Test]
    public async Task Arguments_of_all_kinds_arrive_as_they_were_emitted()
    {
        await using var server = await TopicServer.StartAsync();
        var large = new byte[50_000];
        new Random(1).NextBytes(large);
        await ConnectAsync(server, "nobody");
        var client = await ConnectAsync(server, "ann");
        await client.DisconnectAsync();
        await server.LeftAsync("ann");
        var topic = server.Io.Topic("orders");
        await topic.EmitAsync("order", large, new { name = Text, bytes = new byte[] { 1, 2 }, nested = new object[] { 1.5, true } });
        await topic.EmitAsync("order", "text", new[] { "a", "b" }, null as string);
        await topic.EmitAsync("order", [1, "2", new { three = 3 }, new byte[] { 4 }]);
        await topic.EmitAsync("order");

        client = await ConnectAsync(server, "ann");
        var events = new List<NodeEvent>();
        for (var n = 0; n < 4; n++)
            events.Add(await client.NextEventAsync("order"));
        Assert.That(events[0].Args[0].GetBinary(), Is.EqualTo(large));
        Assert.That(events[0].Args[1].GetProperty("name").GetString(), Is.EqualTo(Text));
        Assert.That(events[0].Args[1].GetProperty("bytes").GetBinary(), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(JsonSerializer.Serialize(events[0].Args[1].GetProperty("nested")), Is.EqualTo("[1.5,true]"));
        Assert.That(JsonSerializer.Serialize(events[1].Args), Is.EqualTo("""["text",["a","b"],null]"""));
        Assert.That(events[2].Args.Select(static one => one.ValueKind), Is.EqualTo(new[] { JsonValueKind.Number, JsonValueKind.String, JsonValueKind.Object, JsonValueKind.Object }));
        Assert.That(events[3].Args, Is.Empty);
        await server.CursorIsAsync("ann", 4);
    }

    [Test]
    public async Task Metadata_comes_behind_the_arguments_when_it_is_asked_for()
    {
        await using var server = await TopicServer.StartAsync(subscribe: static () => new() { Metadata = true });
        var client = await ConnectAsync(server, "ann", acknowledges: false);
        await server.EmitAsync(7, 8);
        var first = await client.NextEventAsync("order");
        var second = await client.NextEventAsync("order");
        Assert.That((first.Args.Length, first.Args[0].GetInt32(), first.WantsAck), Is.EqualTo((2, 7, true)));
        Assert.That(first.Args[1].GetProperty("sequence").GetInt64(), Is.EqualTo(1));
        Assert.That(first.Args[1].GetProperty("redelivered").GetBoolean(), Is.False);
        Assert.That(first.Args[1].GetProperty("at").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(1).Minutes);
        Assert.That(second.Args[1].GetProperty("id").GetString(), Is.Not.EqualTo(first.Args[1].GetProperty("id").GetString()));

        await client.DisconnectAsync();
        await server.LeftAsync("ann");
        client = await ConnectAsync(server, "ann");
        var again = await client.NextEventAsync("order");
        Assert.That(again.Args[1].GetProperty("id").GetString(), Is.EqualTo(first.Args[1].GetProperty("id").GetString()));
        Assert.That(again.Args[1].GetProperty("redelivered").GetBoolean());
    }

    [Test]
    public async Task Client_code_without_callbacks_is_served_when_sending_counts_as_receipt()
    {
        await using var server = await TopicServer.StartAsync(subscribe: static () => new() { Receipt = Receipt.Sent, Window = 4 });
        var client = await ConnectAsync(server, "ann", acknowledges: false);
        await server.EmitAsync(1, 50);
        Assert.That(await client.TakeAsync(50), Is.EqualTo(string.Join(' ', Enumerable.Range(1, 50))));
        await server.CursorIsAsync("ann", 50);
    }

    private Task<NodeClient> ConnectAsync(TestServer server, string user, bool acknowledges = true) =>
        server.ConnectUserAsync(user, acknowledges, way.Transports, way.Client);
}
