using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>Clients that lose their connection and find their state again.</summary>
public sealed class RecoveryTests
{
    private static readonly object Reconnecting = new
    {
        transports = new[] { "websocket" },
        reconnection = true,
        reconnectionDelay = 50,
        reconnectionDelayMax = 50,
    };

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stock_client_whose_connection_is_cut_recovers(bool hadAnEvent)
    {
        await using var server = await StartAsync();
        var gone = new Signal<string>();
        server.Io.OnDisconnect((_, reason) => gone.SetAsync(reason.ToString()));
        var (client, socket) = await server.ConnectAsync(options: Reconnecting);
        await socket.JoinAsync("room");
        socket.Data["name"] = "Ada";
        if (hadAnEvent)
        {
            await server.Io.EmitAsync("before", 0);
            await client.NextEventAsync("before");
        }

        await client.CutTransportAsync();
        Assert.That(await gone.NextAsync(), Is.EqualTo("transport close").Or.EqualTo("transport error"));
        await server.Io.EmitAsync("all", 1);
        await server.Io.To("room").EmitAsync("room", new byte[] { 2 });
        await server.Io.Except("room").EmitAsync("others");
        await socket.EmitAsync("own", "text");
        await client.NextEventAsync("own");

        var state = await client.GetStateAsync();
        Assert.That((state.Recovered, state.Id), Is.EqualTo((true, socket.Id)));
        var (_, returned) = await server.FindAsync(client);
        Assert.That(returned.Recovered);
        Assert.That(returned, Is.Not.SameAs(socket));
        Assert.That(returned.Rooms, Is.EquivalentTo((string[])[socket.Id, "room"]));
        Assert.That(returned.Data["name"], Is.EqualTo("Ada"));
        await returned.EmitAsync("last");
        await client.NextEventAsync("last");
        var names = client.Events.Where(received => !received.IsLifecycle).Select(received => received.Name);
        Assert.That(names, Is.EqualTo((string[])[.. hadAnEvent ? (string[])["before"] : [], "all", "room", "own", "last"]));
    }

    [Test]
    public async Task A_stock_client_that_closes_the_transport_politely_recovers_too_in_every_namespace()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync(options: Reconnecting);
        server.Io.Of("/b");
        await using var second = await client.OpenSocketAsync("/b");
        var (_, other) = await server.ConnectedAsync(second, "/b");
        await client.CloseTransportAsync();
        await client.NextEventAsync("disconnect");
        await client.ConnectedAsync();
        await second.ConnectedAsync();
        Assert.That((await client.GetStateAsync()).Id, Is.EqualTo(socket.Id));
        Assert.That((await second.GetStateAsync()).Id, Is.EqualTo(other.Id));
        Assert.That((await client.GetStateAsync()).Recovered && (await second.GetStateAsync()).Recovered);
    }

    [Test]
    public async Task A_stock_client_recovers_nothing_from_a_server_without_the_option()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var (client, socket) = await server.ConnectAsync(options: Reconnecting);
        await client.CutTransportAsync();
        await client.NextEventAsync("disconnect");
        await client.ConnectedAsync();
        var state = await client.GetStateAsync();
        Assert.That(state.Recovered, Is.False);
        Assert.That(state.Id, Is.Not.EqualTo(socket.Id));
    }

    [Test]
    public async Task On_the_wire_the_answer_comes_first_then_what_was_missed()
    {
        await using var server = await StartAsync();
        string sid, pid;
        await using (var raw = await RawClient.OpenAsync(server))
        {
            await raw.SendAsync("40");
            var answer = JsonDocument.Parse((await raw.ReceiveAsync())[2..]).RootElement;
            (sid, pid) = (answer.GetProperty("sid").GetString()!, answer.GetProperty("pid").GetString()!);
        }
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 0);
        await server.Io.EmitAsync("missed", 1);
        await using var again = await RawClient.OpenAsync(server);
        await again.SendAsync($$"""40{"pid":"{{pid}}"}""");
        Assert.That(await again.ReceiveAsync(), Is.EqualTo($$"""40{"sid":"{{sid}}","pid":"{{pid}}"}"""));
        Assert.That(await again.ReceiveAsync(), Does.Match("""^42\["missed",1,"[\w-]{9}"\]$"""));
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartSocketIoAsync(options: options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions());
}
