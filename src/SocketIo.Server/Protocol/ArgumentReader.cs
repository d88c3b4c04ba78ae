namespace SocketIo.Protocol;

/// <summary>The arguments of an event or ack, read forward from the packet. Lives no longer than the packet's memory.</summary>
internal ref struct ArgumentReader
{
    private readonly PacketParser _parser;

    public ArgumentReader(
        PacketParser parser, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> eventName, byte[][] attachments)
    {
        _parser = parser;
        Packet = packet;
        EventName = eventName;
        Attachments = attachments;
    }

    public readonly ReadOnlySpan<byte> Packet { get; }

    /// <summary>Empty for an ack.</summary>
    public readonly ReadOnlySpan<byte> EventName { get; }

    public readonly byte[][] Attachments { get; }

    /// <summary>Where in <see cref="Packet"/> the next argument starts.</summary>
    public int Position { get; private set; }

    public bool HasMore { get; private set; }

    /// <summary>The zero-based index of the next argument.</summary>
    public int Index { get; private set; }

    /// <summary>The next argument; default past the last one, as JavaScript has undefined.</summary>
    /// <exception cref="EventArgumentException">The value does not convert; the reader is of no use any more.</exception>
    public T? Read<T>()
    {
        var value = HasMore ? _parser.ReadArgument<T>(ref this) : default;
        Index++;
        return value;
    }

    /// <summary>Leaves the next argument out; the value need not convert to anything.</summary>
    public void Skip()
    {
        if (HasMore)
            _parser.SkipArgument(ref this);
        Index++;
    }

    /// <summary>Called by the parser.</summary>
    public void MoveTo(int position, bool hasMore)
    {
        Position = position;
        HasMore = hasMore;
    }
}
