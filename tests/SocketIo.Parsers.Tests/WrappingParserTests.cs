using SocketIo.MessagePack;
using SocketIo.Protocol;
using SocketIo.TestKit;

namespace SocketIo.Parsers.Tests;

/// <summary>Parsers of an application that wrap the library's, by public types only, with stock clients at the other end.</summary>
[TestFixture("polling")]
[TestFixture("websocket")]
public sealed class WrappingParserTests(string transport)
{
    public enum Format
    {
        Json,
        MessagePack,
    }

    [Test]
    public async Task A_logging_parser_sees_the_packets_of_both_ways()
    {
        var parser = new LoggingParser(new JsonPacketParser(new SocketIoOptions().Json));
        await using var server = await StartAsync(parser, io => io.On("sum", (Socket _, int a, int b, byte[] data) => new AckArguments(a + b, data)));
        var (client, socket) = await StockClients.ConnectAsync(server, "json", transport);
        await client.EmitWithAckAsync("sum", 3, 4, new byte[] { 5 });
        Assert.That(parser.Lines, Is.EqualTo(new[]
        {
            """<0{"token":"abc"}""",
            $$""">0{"sid":"{{socket.Id}}"}+0""",
            """<51-0["sum",3,4,{"_placeholder":true,"num":0}]""",
            """>61-0[7,{"_placeholder":true,"num":0}]+1""",
        }));
    }

    [Test]
    public async Task Sealed_events_and_acknowledgements_go_both_ways([Values] Format format)
    {
        await using var server = await StartAsync(Sealing(format), io => io.On("sum", (Socket _, int a, int b) => a + b));
        var (client, socket) = await StockClients.ConnectAsync(server, $"sealed{ClientName(format)}", transport);
        await client.OnAckAsync("name?", "ann", new byte[] { 1 });
        Assert.That((await client.EmitWithAckAsync("sum", 3, 4)).Single().GetInt32(), Is.EqualTo(7));
        Assert.That(await socket.EmitWithAckAsync<string>("name?", "ä b", new byte[] { 2, 3 }).WithDeadline(), Is.EqualTo("ann"));
        var received = await client.NextEventAsync("name?");
        Assert.That(received.Args[0].GetString(), Is.EqualTo("ä b"));
        Assert.That(received.Args[1].GetBinary(), Is.EqualTo(new byte[] { 2, 3 }));
        Assert.That(socket.Handshake.Auth.GetString("token"), Is.EqualTo("abc"));
    }

    [Test]
    public async Task Sealed_events_that_wait_for_a_handler_are_read_as_they_came([Values] Format format)
    {
        var go = new TaskCompletionSource();
        var seen = new List<string>();
        await using var server = await StartAsync(Sealing(format), io =>
        {
            io.On("wait", (Socket _) => go.Task);
            io.On("late", (Socket _, string text, byte[] data) => new AckArguments(data, text));
            io.On("any", (Socket _, IncomingEvent any) => Task.FromResult($"{any.Name} {any.Get<byte[]>(1)![0]} {any.Get<int>(0)} {any.Count}"));
            io.OnConnection(socket =>
            {
                socket.OnAny(any => seen.Add(any.Name));
                return Task.CompletedTask;
            });
        });
        var (client, _) = await StockClients.ConnectAsync(server, $"sealed{ClientName(format)}", transport);
        await client.EmitAsync("wait");
        var late = client.EmitWithAckAsync("late", "x", new byte[] { 9 });
        var any = client.EmitWithAckAsync("any", 5, new byte[] { 6 });
        go.SetResult();
        var reply = await late;
        Assert.That(reply[0].GetBinary(), Is.EqualTo(new byte[] { 9 }));
        Assert.That(reply[1].GetString(), Is.EqualTo("x"));
        Assert.That((await any).Single().GetString(), Is.EqualTo("any 6 5 2"));
        Assert.That(seen, Is.EqualTo(new[] { "wait", "late", "any" }));
    }

    [Test]
    public async Task A_sealed_refusal_arrives([Values] Format format)
    {
        await using var server = await StartAsync(Sealing(format), io => io.Use(_ => ConnectResult.Refuse("not today", new { code = 7 })));
        var client = await StockClients.Node.OpenAsync(
            server.Address.ToString(), new { transports = new[] { transport }, parser = $"sealed{ClientName(format)}" });
        Assert.That((await client.NextEventAsync("connect_error")).ToString(), Is.EqualTo("""connect_error(not today, {"code":7})"""));
    }

    private static SealingParser Sealing(Format format)
    {
        var options = new SocketIoOptions().Json;
        return new SealingParser(format is Format.Json ? new JsonPacketParser(options) : new MessagePackPacketParser(options));
    }

    private static string ClientName(Format format) => format is Format.Json ? "Json" : "Msgpack";

    private static Task<TestServer> StartAsync(PacketParser parser, Action<SocketIoServer>? configure = null) =>
        TestServer.StartSocketIoAsync(configure, options => options.Parser = parser);
}
