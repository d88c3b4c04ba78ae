using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SocketIo.Functional.Tests.Clients;

/// <summary>One way from a client to the server: how the client transports, and what the server speaks.</summary>
public sealed record Way(string Name, string[] Transports, string EndsOn, bool Https, HttpProtocols Protocols)
{
    public static readonly Way[] All =
    [
        .. Over("http", false, HttpProtocols.Http1),
        .. Over("https", true, HttpProtocols.Http1AndHttp2),
        .. Over("https with http 1.1 only", true, HttpProtocols.Http1),
    ];

    public override string ToString() => Name;

    private static Way[] Over(string server, bool https, HttpProtocols protocols) =>
    [
        new($"polling over {server}", ["polling"], "polling", https, protocols),
        new($"websocket over {server}", ["websocket"], "websocket", https, protocols),
        new($"upgrade over {server}", ["polling", "websocket"], "websocket", https, protocols),
    ];
}
