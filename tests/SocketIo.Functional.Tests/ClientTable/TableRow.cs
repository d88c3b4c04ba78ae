namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>A client and how it transports.</summary>
internal sealed record TableRow(string Client, string Transport, int Protocol)
{
    public required Func<TableClients, Visit, Task<IStockClient>> Open { get; init; }

    /// <summary>Finds the exact version of the client.</summary>
    public required Func<TableClients, Task<string>> Version { get; init; }

    public bool MessagePack { get; init; }

    /// <summary>False for a client that does not say why it is disconnected.</summary>
    public bool TellsReason { get; init; } = true;

    /// <summary>False for a client that may close the connection before its disconnect packet has left.</summary>
    public bool SaysGoodbye { get; init; } = true;

    /// <summary>What the client echoes.</summary>
    public string Text { get; init; } = "zwei äöü € 😀";

    public override string ToString() => $"{Client} by {Transport}";
}
