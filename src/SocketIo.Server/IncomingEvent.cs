using System.Diagnostics;
using System.Text;
using SocketIo.Protocol;

namespace SocketIo;

/// <summary>An event as it arrived, for catch-all listeners, middleware, and handlers of any number of arguments.</summary>
public sealed class IncomingEvent
{
    private readonly PacketParser _parser;
    private readonly byte[] _packet;
    private readonly PacketHeader _header;
    private readonly byte[][] _attachments;

    internal IncomingEvent(PacketParser parser, ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        _parser = parser;
        _packet = packet.ToArray();
        _header = header;
        _attachments = attachments;
        var arguments = Open(out var name);
        Name = Encoding.UTF8.GetString(name);
        for (; arguments.HasMore; Count++)
            arguments.Skip();
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The number of arguments, without the acknowledgement.</summary>
    public int Count { get; }

    /// <summary>Whether the client waits for an acknowledgement.</summary>
    public bool WantsAck => _header.HasId;

    /// <summary>An argument; default past the last one.</summary>
    /// <exception cref="EventArgumentException">The argument is no <typeparamref name="T"/>.</exception>
    public T? Get<T>(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var arguments = Open(out _);
        while (arguments.Index < index && arguments.HasMore)
            arguments.Skip();
        return arguments.Read<T>();
    }

    /// <summary>A copy of the event that a handler is about to read.</summary>
    internal static IncomingEvent Of(Socket socket, in ArgumentReader arguments)
    {
        var parser = socket.Namespace.Server.Parser;
        var wasRead = parser.TryReadHeader(arguments.Packet, int.MaxValue, out var header, out _);
        Debug.Assert(wasRead, "a packet is checked before it is dispatched");
        return new IncomingEvent(parser, arguments.Packet, header, arguments.Attachments);
    }

    internal ref readonly PacketHeader Header => ref _header;

    internal ArgumentReader Open(out ReadOnlySpan<byte> name) => _parser.OpenEvent(_packet, _header, _attachments, out name);
}
