
namespace SocketIo.Cluster.Formats;

/// <summary>A cluster message as MessagePack, members in the order of the JavaScript adapters.</summary>
internal readonly struct MessagePackMessageWriter(ClusterMessage message, MessagePackBuffer output, MessagePackFlavor flavor)
{
    private readonly ClusterMessage _message = message;
    private readonly MessagePackBuffer _output = output;

    public void WriteAll()
    {
        var hasData = MessageParts.HasData(_message);
        _output.WriteMapHead(3 + (hasData ? 1 : 0) + (_message.Sequence > 0 ? 1 : 0) + (_message.After is null ? 0 : 1));
        _output.WriteText("type"u8);
        _output.Write((long)_message.Type);
        if (hasData)
        {
            _output.WriteText("data"u8);
            WriteData();
        }
        _output.WriteText("uid"u8);
        _output.Write(_message.Sender);
        _output.WriteText("nsp"u8);
        _output.Write(_message.Namespace);
        if (_message.Sequence > 0)
            Number("seq"u8, _message.Sequence);
        if (_message.After is null)
            return;
        _output.WriteText("after"u8);
        _output.Write(_message.After);
    }

    public bool WriteData()
    {
        switch (_message.Type)
        {
            case var _ when !MessageParts.HasData(_message):
                return false;
            case MessageType.InitialHeartbeat or MessageType.Heartbeat:
                _output.WriteMapHead(1);
                Number("timeout"u8, MessageParts.Milliseconds(_message.Flags.Timeout!.Value));
                break;
            case MessageType.Broadcast:
                Broadcast();
                break;
            case MessageType.SocketsJoin or MessageType.SocketsLeave:
                _output.WriteMapHead(2);
                Options();
                Names("rooms"u8, _message.RoomsToChange);
                break;
            case MessageType.DisconnectSockets:
                _output.WriteMapHead(2);
                Options();
                _output.WriteText("close"u8);
                _output.Write(_message.Close);
                break;
            case MessageType.FetchSockets:
                _output.WriteMapHead(2);
                Options();
                RequestId();
                break;
            case MessageType.FetchSocketsResponse:
                Sockets();
                break;
            case MessageType.ServerSideEmit:
                _output.WriteMapHead(_message.RequestId is null ? 1 : 2);
                if (_message.RequestId is not null)
                    RequestId();
                Value("packet"u8, _message.Data);
                break;
            default:
                Answer();
                break;
        }
        return true;
    }

    private void Broadcast()
    {
        _output.WriteMapHead(2 + (_message.RequestId is null ? 0 : 1) + (_message.OwnNumber == 0 ? 0 : 1));
        _output.WriteText("packet"u8);
        _output.WriteMapHead(2);
        Number("type"u8, 2);
        Value("data"u8, _message.Data);
        if (_message.RequestId is not null)
            RequestId();
        Options();
        if (_message.OwnNumber > 0)
            Number("own"u8, _message.OwnNumber);
    }

    private void Answer()
    {
        // an acknowledgement without a value
        var isUndefined = _message.Data.IsEmpty && _message.Type is MessageType.BroadcastAck or MessageType.ServerSideEmitResponse;
        var hasValue = !_message.Data.IsEmpty || (isUndefined && flavor is MessagePackFlavor.Official);
        var hasCount = _message.Type is MessageType.BroadcastClientCount or MessageType.SessionTaken;
        var hasIds = _message.SocketIds.Count > 0;
        _output.WriteMapHead(1 + (hasValue ? 1 : 0) + (hasCount ? 1 : 0) + (hasIds ? 1 : 0));
        RequestId();
        if (hasCount)
            Number("clientCount"u8, _message.ClientCount);
        if (hasValue)
            Value("packet"u8, _message.Data);
        if (hasIds)
            Names("sids"u8, _message.SocketIds);
    }

    private void Options()
    {
        _output.WriteText("opts"u8);
        OptionsValue();
    }

    /// <summary>The rooms and flags, as a map.</summary>
    public void OptionsValue()
    {
        _output.WriteMapHead(3);
        Names("rooms"u8, _message.Rooms);
        Names("except"u8, _message.Except);
        _output.WriteText("flags"u8);
        Flags(_message.Flags);
    }

    private void Flags(in BroadcastFlags flags)
    {
        var start = _output.BeginContainer();
        var count = 0;
        if (flags.IsVolatile)
            Flag("volatile"u8, true, ref count);
        if (flags.Compress is { } compress)
            Flag("compress"u8, compress, ref count);
        if (flags.ExpectsSingleResponse)
            Flag("expectSingleResponse"u8, true, ref count);
        if (flags.Timeout is { } timeout)
        {
            Number("timeout"u8, MessageParts.Milliseconds(timeout));
            count++;
        }
        _output.EndContainer(start, isMap: true, count);
    }

    private void Flag(ReadOnlySpan<byte> name, bool value, ref int count)
    {
        _output.WriteText(name);
        _output.Write(value);
        count++;
    }

    private void Sockets()
    {
        _output.WriteMapHead(2);
        RequestId();
        _output.WriteText("sockets"u8);
        _output.WriteArrayHead(_message.Sockets.Count);
        foreach (var socket in _message.Sockets)
        {
            _output.WriteMapHead(4);
            _output.WriteText("id"u8);
            _output.Write(socket.Id);
            Object("handshake"u8, socket.Handshake);
            Names("rooms"u8, socket.Rooms);
            Object("data"u8, socket.Data);
        }
    }

    private void RequestId()
    {
        _output.WriteText("requestId"u8);
        _output.Write(_message.RequestId);
    }

    private void Number(ReadOnlySpan<byte> name, long value)
    {
        _output.WriteText(name);
        _output.Write(value);
    }

    /// <summary>A member with names.</summary>
    public void Names(ReadOnlySpan<byte> name, in RoomNames names)
    {
        _output.WriteText(name);
        _output.WriteArrayHead(names.Count);
        for (var i = 0; i < names.Count; i++)
            _output.Write(names[i]);
    }

    private void Object(ReadOnlySpan<byte> name, in PacketData value)
    {
        if (!value.IsEmpty)
        {
            Value(name, value);
            return;
        }
        _output.WriteText(name);
        _output.WriteMapHead(0);
    }

    /// <summary>A member.</summary>
    public void Value(ReadOnlySpan<byte> name, in PacketData value)
    {
        _output.WriteText(name);
        if (value.IsEmpty)
            _output.WriteNil();
        else
            MessagePackFromJson.Write(value, _output, flavor);
    }
}
