namespace SocketIo.LoadTest.Load;

/// <summary>What a protocol's messages look like.</summary>
internal abstract class Dialect
{
    public static Dialect Named(string name) => name switch
    {
        "socketio" => new SocketIoDialect(),
        "signalr" => new SignalRDialect(),
        _ => throw new UsageException($"There is no dialect \"{name}\"."),
    };

    /// <summary>Where the WebSocket of a client is.</summary>
    public abstract string PathOf(int client);

    /// <summary>The client's first message; empty when the server speaks first.</summary>
    public abstract ReadOnlySpan<byte> Opening { get; }

    /// <summary>What ends each message of a client.</summary>
    public abstract ReadOnlySpan<byte> Terminator { get; }

    /// <summary>Takes one text off a message; one message may hold several.</summary>
    public abstract bool TryTake(ref ReadOnlySpan<byte> message, out ReadOnlySpan<byte> text);

    /// <summary>A step of joining: whether it was the last one, and what to answer.</summary>
    /// <returns>False when the text has no place here.</returns>
    public abstract bool TryGreet(ReadOnlySpan<byte> text, out bool isJoined, out ReadOnlySpan<byte> answer);

    /// <summary>Whether the text is the server's heartbeat, and what to answer.</summary>
    public abstract bool TryHeartbeat(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> answer);

    /// <summary>An event whose last argument is a number and <paramref name="padding"/>; the same in both directions.</summary>
    public abstract NumberedText Event(string name, string[] arguments, string padding);

    /// <summary>A call with a numbered id that wants an answer.</summary>
    public abstract NumberedText Request(string name, string argument);

    /// <summary>The answer to a call whose result is its argument.</summary>
    public abstract NumberedText Answer(string argument);
}
