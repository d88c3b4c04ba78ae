using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>The server that all clients of the table visit.</summary>
internal sealed class TableServer : IAsyncDisposable
{
    private static readonly string Clients = Path.Combine(Repository.Root, "tests", "clients");

    private readonly ConcurrentDictionary<string, Visit> _visits = new();
    private TestServer _server = null!;
    private int _lastVisit;

    public static async Task<TableServer> StartAsync(bool messagePack = false)
    {
        var table = new TableServer();
        table._server = await TestServer.StartSocketIoAsync(
            table.Configure,
            options => options.AllowEngineIo3 = true,
            builder => AddParser(builder.Services.AddSocketIo(), messagePack),
            MapPages);
        return table;
    }

    public Visit Expect(bool refused = false)
    {
        var number = Interlocked.Increment(ref _lastVisit).ToString();
        return _visits[number] = new Visit(_server.Address, number, refused);
    }

    public ValueTask TellAsync(string room, string news) => _server.Io.To(room).EmitAsync("news", news);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void Configure(SocketIoServer io)
    {
        io.Use(socket => socket.Handshake.Query.ContainsKey("refuse") ? ConnectResult.Refuse("not today") : ConnectResult.Accept);
        io.OnConnection(socket => VisitOf(socket).Connected(socket));
        io.OnDisconnect((socket, reason) => VisitOf(socket).LeftAsync(reason.ToString()));
        io.On("echo", (Socket _, string text) => text);
        io.On("reverse", (Socket _, byte[] bytes) => bytes.Reverse().ToArray());
    }

    private Visit VisitOf(Socket socket) => _visits[socket.Handshake.Query["visit"].ToString()];

    private static void AddParser(SocketIoBuilder builder, bool messagePack)
    {
        if (messagePack)
            builder.AddMessagePack();
    }

    private static void MapPages(WebApplication app)
    {
        MapPage(app, "served", "/socket.io/socket.io.js");
        MapPage(app, "old", "/old.js");
        MapScript(app, "/page.js", "page.js");
        MapScript(app, "/old.js", "node_modules/socket.io-client-2/dist/socket.io.js");
    }

    private static void MapPage(WebApplication app, string path, string client) => app.MapGet("/" + path, () => Results.Content(
        $"""<!doctype html><body><script src="{client}"></script><script src="/page.js"></script></body>""", "text/html"));

    private static void MapScript(WebApplication app, string path, string file) =>
        app.MapGet(path, () => Results.File(Path.Combine(Clients, file), "text/javascript"));
}
