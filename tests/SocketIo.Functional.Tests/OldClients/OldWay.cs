namespace SocketIo.Functional.Tests.OldClients;

/// <summary>A stock client of protocol 3, and how it transports.</summary>
public sealed record OldWay(int Client, string Name, string[] Transports, bool ForceBase64 = false)
{
    public static readonly OldWay[] All = [.. Of(1), .. Of(2)];

    public string EndsOn => Transports[^1];

    public override string ToString() => $"socket.io-client {Client} by {Name}";

    private static OldWay[] Of(int client) =>
    [
        new(client, "polling", ["polling"]),
        new(client, "polling in base64", ["polling"], ForceBase64: true),
        new(client, "websocket", ["websocket"]),
        new(client, "websocket in base64", ["websocket"], ForceBase64: true),
        new(client, "upgrade", ["polling", "websocket"]),
    ];
}
