using System.Buffers;

namespace SocketIo.Cluster.Formats;

/// <summary>A cluster message as JSON, members in the order of the JavaScript adapters.</summary>
internal readonly ref struct JsonMessageWriter(ClusterMessage message, IBufferWriter<byte> output)
{
    private readonly ClusterMessage _message = message;
    private readonly Utf8Output _output = new(output);

    public void WriteAll()
    {
        _output.Raw("{\"type\":"u8);
        _output.Number((long)_message.Type);
        if (MessageParts.HasData(_message))
        {
            _output.Raw(",\"data\":"u8);
            WriteData();
        }
        _output.Raw(",\"uid\":"u8);
        _output.Text(_message.Sender);
        _output.Raw(",\"nsp\":"u8);
        _output.Text(_message.Namespace);
        if (_message.Sequence > 0)
        {
            _output.Raw(",\"seq\":"u8);
            _output.Number(_message.Sequence);
        }
        _output.Raw("}"u8);
    }

    public bool WriteData()
    {
        if (!MessageParts.HasData(_message))
            return false;
        _output.Raw("{"u8);
        switch (_message.Type)
        {
            case MessageType.InitialHeartbeat or MessageType.Heartbeat:
                _output.Raw("\"timeout\":"u8);
                _output.Number(MessageParts.Milliseconds(_message.Flags.Timeout!.Value));
                break;
            case MessageType.Broadcast:
                _output.Raw("\"packet\":{\"type\":2,\"data\":"u8);
                JsonWithBuffers.Write(_message.Data, _output);
                _output.Raw("},"u8);
                if (_message.RequestId is not null)
                    RequestId(","u8);
                Options();
                OwnNumber();
                break;
            case MessageType.SocketsJoin or MessageType.SocketsLeave:
                Options();
                _output.Raw(",\"rooms\":"u8);
                _output.Names(_message.RoomsToChange);
                break;
            case MessageType.DisconnectSockets:
                Options();
                _output.Raw(_message.Close ? ",\"close\":true"u8 : ",\"close\":false"u8);
                break;
            case MessageType.FetchSockets:
                Options();
                _output.Raw(","u8);
                RequestId(default);
                break;
            case MessageType.FetchSocketsResponse:
                RequestId(","u8);
                Sockets();
                break;
            case MessageType.ServerSideEmit:
                if (_message.RequestId is not null)
                    RequestId(","u8);
                _output.Raw("\"packet\":"u8);
                JsonWithBuffers.Write(_message.Data, _output);
                break;
            default:
                Answer();
                break;
        }
        _output.Raw("}"u8);
        return true;
    }

    private void OwnNumber()
    {
        if (_message.OwnNumber == 0)
            return;
        _output.Raw(",\"own\":"u8);
        _output.Number(_message.OwnNumber);
    }

    private void Answer()
    {
        RequestId(default);
        if (_message.Type is MessageType.BroadcastClientCount or MessageType.SessionTaken)
        {
            _output.Raw(",\"clientCount\":"u8);
            _output.Number((long)_message.ClientCount);
        }
        if (!_message.Data.IsEmpty)
        {
            _output.Raw(",\"packet\":"u8);
            JsonWithBuffers.Write(_message.Data, _output);
        }
        if (_message.SocketIds.Count == 0)
            return;
        _output.Raw(",\"sids\":"u8);
        _output.Names(_message.SocketIds);
    }

    private void RequestId(ReadOnlySpan<byte> behind)
    {
        _output.Raw("\"requestId\":"u8);
        _output.Text(_message.RequestId);
        _output.Raw(behind);
    }

    private void Options()
    {
        _output.Raw("\"opts\":{\"rooms\":"u8);
        _output.Names(_message.Rooms);
        _output.Raw(",\"except\":"u8);
        _output.Names(_message.Except);
        _output.Raw(",\"flags\":"u8);
        Flags(_output, _message.Flags);
        _output.Raw("}"u8);
    }

    /// <summary>The flags that are set.</summary>
    public static void Flags(scoped in Utf8Output output, in BroadcastFlags flags)
    {
        output.Raw("{"u8);
        var count = 0;
        if (flags.IsVolatile)
            Flag(output, ref count, "\"volatile\":true"u8);
        if (flags.Compress is { } compress)
            Flag(output, ref count, compress ? "\"compress\":true"u8 : "\"compress\":false"u8);
        if (flags.ExpectsSingleResponse)
            Flag(output, ref count, "\"expectSingleResponse\":true"u8);
        if (flags.Timeout is { } timeout)
        {
            Flag(output, ref count, "\"timeout\":"u8);
            output.Number(MessageParts.Milliseconds(timeout));
        }
        output.Raw("}"u8);
    }

    private static void Flag(scoped in Utf8Output output, ref int count, ReadOnlySpan<byte> text)
    {
        if (count++ > 0)
            output.Raw(","u8);
        output.Raw(text);
    }

    /// <summary>The member sockets.</summary>
    public void Sockets()
    {
        _output.Raw("\"sockets\":["u8);
        for (var i = 0; i < _message.Sockets.Count; i++)
        {
            if (i > 0)
                _output.Raw(","u8);
            Socket(_message.Sockets[i]);
        }
        _output.Raw("]"u8);
    }

    private void Socket(RemoteSocketData socket)
    {
        _output.Raw("{\"id\":"u8);
        _output.Text(socket.Id);
        _output.Raw(",\"handshake\":"u8);
        Object(socket.Handshake);
        _output.Raw(",\"rooms\":"u8);
        _output.Names(socket.Rooms);
        _output.Raw(",\"data\":"u8);
        Object(socket.Data);
        _output.Raw("}"u8);
    }

    private void Object(in PacketData value)
    {
        if (value.IsEmpty)
            _output.Raw("{}"u8);
        else
            JsonWithBuffers.Write(value, _output);
    }
}
