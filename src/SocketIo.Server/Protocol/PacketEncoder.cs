using SocketIo.Engine.Frames;

namespace SocketIo.Protocol;

/// <summary>Turns packets into frames: the parser writes, and what it wrote is framed once for all receivers.</summary>
internal sealed class PacketEncoder(PacketParser parser)
{
    /// <inheritdoc cref="PacketParser.WriteEvent" />
    public Frame WriteEvent<TArgs>(string namespaceName, string eventName, in TArgs args, long ackId)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        using var packet = PacketBuffer.Rent();
        try
        {
            parser.WriteEvent(packet.Buffer, namespaceName, eventName, args, ackId);
        }
        catch (NotSupportedException exception) when (FaultyArgument.Find(eventName, args) is { } fault)
        {
            throw new NotSupportedException(fault, exception);
        }
        return packet.Buffer.ToFrame(parser.IsBinary);
    }

    /// <inheritdoc cref="PacketParser.WriteAck" />
    public Frame WriteAck<TArgs>(string namespaceName, long ackId, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        using var packet = PacketBuffer.Rent();
        try
        {
            parser.WriteAck(packet.Buffer, namespaceName, ackId, args);
        }
        catch (NotSupportedException exception) when (FaultyArgument.Find(null, args) is { } fault)
        {
            throw new NotSupportedException(fault, exception);
        }
        return packet.Buffer.ToFrame(parser.IsBinary);
    }

    /// <inheritdoc cref="PacketParser.WriteConnect" />
    public Frame WriteConnect(string namespaceName, string? sid, string? pid)
    {
        using var packet = PacketBuffer.Rent();
        parser.WriteConnect(packet.Buffer, namespaceName, sid, pid);
        return packet.Buffer.ToFrame(parser.IsBinary);
    }

    /// <inheritdoc cref="PacketParser.WriteConnectError" />
    public Frame WriteConnectError(string namespaceName, string? message, object? data)
    {
        using var packet = PacketBuffer.Rent();
        parser.WriteConnectError(packet.Buffer, namespaceName, message, data);
        return packet.Buffer.ToFrame(parser.IsBinary);
    }

    /// <inheritdoc cref="PacketParser.WriteDisconnect" />
    public Frame WriteDisconnect(string namespaceName)
    {
        using var packet = PacketBuffer.Rent();
        parser.WriteDisconnect(packet.Buffer, namespaceName);
        return packet.Buffer.ToFrame(parser.IsBinary);
    }
}
