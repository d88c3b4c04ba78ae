using System.Text;

namespace SocketIo.Protocol;

/// <summary>The arguments of an event or ack, read forward from the packet. Lives no longer than the packet's memory.</summary>
public ref struct ArgumentReader
{
    /// <summary>Made by a parser, which then moves it to the first argument.</summary>
    /// <param name="parser">The parser: it reads the arguments.</param>
    /// <param name="packet">The whole packet.</param>
    /// <param name="eventName">The name as UTF-8; empty for an ack.</param>
    /// <param name="attachments">The binary messages that came with the packet.</param>
    public ArgumentReader(
        PacketParser parser, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> eventName, byte[][] attachments)
    {
        Parser = parser;
        Packet = packet;
        EventName = eventName;
        Attachments = attachments;
    }

    internal ArgumentReader(
        PacketParser parser, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> eventName, byte[][] attachments, in ArgumentPlace place, int index)
        : this(parser, packet, eventName, attachments)
    {
        MoveTo(place.Position, place.HasMore);
        State = place.State;
        Index = index;
    }

    /// <summary>The whole packet.</summary>
    public readonly ReadOnlySpan<byte> Packet { get; }

    /// <summary>The event's name as UTF-8; empty for an ack.</summary>
    public readonly ReadOnlySpan<byte> EventName { get; }

    /// <summary>The binary messages that came with the packet.</summary>
    public readonly byte[][] Attachments { get; }

    /// <summary>Where in <see cref="Packet"/> the next argument starts.</summary>
    public int Position { get; private set; }

    /// <summary>Whether there is a next argument.</summary>
    public bool HasMore { get; private set; }

    /// <summary>The zero-based index of the next argument.</summary>
    public int Index { get; private set; }

    /// <summary>The parser's own: such as how many arguments are left, where the format tells.</summary>
    public int State { get; set; }

    internal readonly PacketParser Parser { get; }

    /// <summary>Null for an ack.</summary>
    internal readonly string? NameOfEvent => EventName.IsEmpty ? null : Encoding.UTF8.GetString(EventName);

    internal readonly ArgumentPlace Place => new(Position, HasMore, State);

    /// <summary>The next argument; default past the last one, as JavaScript has undefined.</summary>
    /// <exception cref="EventArgumentException">The value does not convert; the reader is of no use any more.</exception>
    public T? Read<T>()
    {
        var value = HasMore ? ReadNext<T>() : default;
        Index++;
        return value;
    }

    /// <summary>Leaves the next argument out; the value need not convert to anything.</summary>
    public void Skip()
    {
        if (HasMore)
            Parser.SkipArgument(ref this);
        Index++;
    }

    /// <summary>Called by the parser.</summary>
    /// <param name="position">Where the next argument starts.</param>
    /// <param name="hasMore">Whether there is one.</param>
    public void MoveTo(int position, bool hasMore)
    {
        Position = position;
        HasMore = hasMore;
    }

    private T? ReadNext<T>()
    {
        try
        {
            return Parser.ReadArgument<T>(ref this);
        }
        catch (Exception inner)
        {
            // Constructors and converters of the user run in here: whatever they throw is about this value.
            throw new EventArgumentException(NameOfEvent, Index, typeof(T), inner);
        }
    }
}
