namespace SocketIo.LoadTest.Load;

/// <summary>What one run of the load client has measured; what a scenario does not have is 0.</summary>
internal sealed record RunResult
{
    /// <summary>Deliveries, round trips or connects.</summary>
    public required long Operations { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Microseconds of the server process per operation.</summary>
    public required double ServerCpu { get; init; }

    /// <summary>How much of the time the load client was busy: near 1 it was the limit.</summary>
    public required double LoadShare { get; init; }

    public double MedianMilliseconds { get; init; }

    public double P99Milliseconds { get; init; }

    /// <summary>The slowest of all; 0 without messages.</summary>
    public double MostMilliseconds { get; init; }

    /// <summary>The 99th percentile on the same connections before one of them stopped to read.</summary>
    public double P99BeforeMilliseconds { get; init; }

    /// <summary>Whether the client that had stopped to read got everything in the end.</summary>
    public bool KeptStalled { get; init; }

    public double BytesPerConnection { get; init; }

    /// <summary>Events that the server stored meanwhile.</summary>
    public double StoredPerSecond { get; init; }

    /// <summary>How much of a core the server needs without broadcasts; not in <see cref="ServerCpu"/>.</summary>
    public double ShareWithout { get; init; }

    /// <summary>The server's resident memory before the clients came back.</summary>
    public long BytesBefore { get; init; }

    /// <summary>The most of it until all was acknowledged.</summary>
    public long BytesMost { get; init; }

    public double PerSecond => Operations / Seconds;
}
