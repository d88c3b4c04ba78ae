using System.Text.Json;
using SocketIo.Hosting;
using SocketIo.TestKit;
using SocketIOClient.Transport;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>All clients of the table.</summary>
internal static class TableRows
{
    private static readonly string[] Transports = ["polling", "WebSocket", "upgrade"];

    public static readonly TableRow[] All =
    [
        .. Node("socket.io-client 4.8", "socket.io-client", 4, null),
        .. Node("socket.io-client 4.0", "socket.io-client-4.0", 4, "4.0"),
        .. Node("socket.io-client 3.1", "socket.io-client-3", 4, "3"),
        .. Node("socket.io-client 2.5", "socket.io-client-2", 3, "2"),
        .. Node("socket.io-client 1.7", "socket.io-client-1", 3, "1"),
        .. Node("socket.io-client 4.8 with socket.io-msgpack-parser", "socket.io-client", 4, null, messagePack: true),
        .. Transports.Select(Browser),
        Jsonp(),
        .. Transports.Select(Python),
        Nuget(4, TransportProtocol.Polling),
        Nuget(4, TransportProtocol.WebSocket),
        Nuget(3, TransportProtocol.Polling),
        Nuget(3, TransportProtocol.WebSocket),
    ];

    private static TableRow[] Node(string name, string package, int protocol, string? client, bool messagePack = false) =>
    [
        .. Transports.Select(transport => new TableRow(name, transport, protocol)
        {
            Open = (_, visit) => LineClient.OpenAsync(
                StockClients.Node,
                visit,
                new { client, transports = Names(transport), query = visit.Query, parser = messagePack ? "msgpack" : null }),
            Version = _ => Task.FromResult(PackageVersion(package)),
            MessagePack = messagePack,
            // client 1 encodes polled text as UTF-8 twice, and the reference takes it as it comes
            Text = client == "1" && transport == "polling" ? "zwei" : "zwei äöü € 😀",
        }),
    ];

    private static TableRow Browser(string transport) => new("Chromium with the bundle that the server serves", transport, 4)
    {
        Open = async (clients, visit) => await BrowserClient.OpenAsync(
            await clients.Browser, "served", visit, new { transports = Names(transport), query = visit.Query }),
        Version = _ => Task.FromResult(ClientBundle.Version),
    };

    private static TableRow Jsonp() => new("Chromium with socket.io-client 2.5", "JSONP", 3)
    {
        Open = async (clients, visit) => await BrowserClient.OpenAsync(
            await clients.Browser, "old", visit, new { transports = Names("polling"), forceJSONP = true, query = visit.Query }),
        Version = _ => Task.FromResult(PackageVersion("socket.io-client-2")),
    };

    private static TableRow Python(string transport) => new("python-socketio of Debian", transport, 4)
    {
        Open = async (clients, visit) => await LineClient.OpenAsync(
            await clients.Python, visit, new { transports = Names(transport), query = visit.Query }),
        Version = async clients => await (await clients.Python).GetVersionAsync(),
        TellsReason = false,
        SaysGoodbye = false,
    };

    private static TableRow Nuget(int protocol, TransportProtocol transport) => new("SocketIOClient for .NET", Name(transport), protocol)
    {
        Open = (_, visit) => Task.FromResult(NugetTableClient.Open(visit, protocol, transport)),
        Version = _ => Task.FromResult(typeof(SocketIOClient.SocketIO).Assembly.GetName().Version!.ToString(3)),
    };

    private static string Name(TransportProtocol transport) => transport is TransportProtocol.Polling ? "polling" : "WebSocket";

    private static string[] Names(string transport) => transport switch
    {
        "upgrade" => ["polling", "websocket"],
        _ => [transport.ToLowerInvariant()],
    };

    private static string PackageVersion(string package)
    {
        var file = Path.Combine(Repository.Root, "tests", "clients", "node_modules", package, "package.json");
        return JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("version").GetString()!;
    }
}
