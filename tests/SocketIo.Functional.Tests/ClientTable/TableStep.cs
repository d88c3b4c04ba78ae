using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>One thing that every client has to do.</summary>
internal sealed record TableStep(string Name, Func<TableRow, TableClients, Task> RunAsync)
{
    public static readonly TableStep[] All =
    [
        new("connect", Connected(ConnectAsync)),
        new("echo with ack", Connected(EchoAsync)),
        new("binary both ways", Connected(BinaryAsync)),
        new("room broadcast", Connected(BroadcastAsync)),
        new("middleware refusal", RefuseAsync),
        new("disconnect by client", Connected(ClientDisconnectsAsync)),
        new("disconnect by server", Connected(ServerDisconnectsAsync)),
    ];

    private const string Goodbye = "client namespace disconnect";

    private delegate Task Step(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket);

    public override string ToString() => Name;

    private static Func<TableRow, TableClients, Task> Connected(Step step) => async (row, clients) =>
    {
        var server = await clients.ServerAsync(row.MessagePack);
        var visit = server.Expect();
        await using var client = await row.Open(clients, visit);
        await client.ConnectedAsync();
        var socket = await visit.Socket.WithDeadline();
        if (row.Transport == "upgrade")
            await Deadlines.Eventually(() => socket.Transport is EngineTransports.WebSocket);
        await step(row, server, visit, client, socket);
    };

    private static Task ConnectAsync(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket)
    {
        var polls = row.Transport is "polling" or "JSONP";
        Assert.Multiple(() =>
        {
            Assert.That(socket.Transport, Is.EqualTo(polls ? EngineTransports.Polling : EngineTransports.WebSocket));
            Assert.That(socket.Handshake.Query["EIO"].ToString(), Is.EqualTo(row.Protocol.ToString()));
            Assert.That(socket.Handshake.Query.ContainsKey("j"), Is.EqualTo(row.Transport == "JSONP"));
        });
        return Task.CompletedTask;
    }

    private static async Task EchoAsync(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket)
    {
        Assert.That(await client.EchoAsync(row.Text), Is.EqualTo(row.Text));
        Assert.That(await socket.EmitWithAckAsync<string>("text", row.Text).WithDeadline(), Is.EqualTo(row.Text));
    }

    private static async Task BinaryAsync(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket)
    {
        var bytes = Enumerable.Range(0, 256).Select(number => (byte)number).ToArray();
        Assert.That(await client.ReverseAsync(bytes), Is.EqualTo(bytes.Reverse()));
        Assert.That(await socket.EmitWithAckAsync<byte[]>("bytes", bytes).WithDeadline(), Is.EqualTo(bytes));
    }

    // what a socket is sent arrives in order, so news of another room would come first
    private static async Task BroadcastAsync(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket)
    {
        await socket.JoinAsync(socket.Id + " inside");
        await server.TellAsync(socket.Id + " outside", "for others");
        await server.TellAsync(socket.Id + " inside", "for you");
        Assert.That(await client.FirstNewsAsync(), Is.EqualTo("for you"));
    }

    private static async Task RefuseAsync(TableRow row, TableClients clients)
    {
        var visit = (await clients.ServerAsync(row.MessagePack)).Expect(refused: true);
        await using var client = await row.Open(clients, visit);
        Assert.That(await client.RefusedAsync(), Is.EqualTo("not today"));
    }

    private static async Task ClientDisconnectsAsync(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket)
    {
        await client.DisconnectAsync();
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo(row.TellsReason ? "io client disconnect" : null));
        Assert.That(
            await visit.Reason.WithDeadline(),
            row.SaysGoodbye ? Is.EqualTo(Goodbye) : Is.AnyOf(Goodbye, "transport close", "transport error"));
    }

    private static async Task ServerDisconnectsAsync(TableRow row, TableServer server, Visit visit, IStockClient client, Socket socket)
    {
        await socket.DisconnectAsync();
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo(row.TellsReason ? "io server disconnect" : null));
        Assert.That(await visit.Reason.WithDeadline(), Is.EqualTo("server namespace disconnect"));
    }
}
