namespace SocketIo.Functional.Tests.Topics;

/// <summary>A stock client of some version, and how it transports.</summary>
public sealed record TopicWay(object? Client, string[] Transports)
{
    public static readonly TopicWay[] All =
    [
        .. new object?[] { null, 2, 1 }.SelectMany(static client => new[]
        {
            new TopicWay(client, ["polling"]),
            new TopicWay(client, ["websocket"]),
            new TopicWay(client, ["polling", "websocket"]),
        }),
    ];

    public override string ToString() => $"socket.io-client {Client ?? 4} by {string.Join(" and ", Transports)}";
}
