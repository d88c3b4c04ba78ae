using System.Buffers;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;

namespace SocketIo.Redis.Classic;

/// <summary>Requests and answers of the adapter for Redis pub/sub as JSON, members in its order.</summary>
internal readonly ref struct ClassicJsonWriter(ClusterMessage message, IBufferWriter<byte> output)
{
    private readonly ClusterMessage _message = message;
    private readonly IBufferWriter<byte> _bytes = output;
    private readonly Utf8Output _output = new(output);

    /// <summary>Joining or leaving.</summary>
    public void Change(ClassicType type)
    {
        Begin(type);
        Options();
        _output.Raw(",\"rooms\":"u8);
        _output.Names(_message.RoomsToChange);
        _output.Raw("}"u8);
    }

    public void Disconnect()
    {
        Begin(ClassicType.RemoteDisconnect);
        Options();
        _output.Raw(_message.Close ? ",\"close\":true}"u8 : ",\"close\":false}"u8);
    }

    public void Fetch()
    {
        Begin(ClassicType.RemoteFetch);
        Options();
        _output.Raw("}"u8);
    }

    public void ServerSideEmit()
    {
        Begin(ClassicType.ServerSideEmit);
        _output.Raw(",\"data\":"u8);
        JsonWithBuffers.Write(_message.Data, _output);
        _output.Raw("}"u8);
    }

    public void Sockets()
    {
        _output.Raw("{\"requestId\":"u8);
        _output.Text(_message.RequestId);
        _output.Raw(","u8);
        new JsonMessageWriter(_message, _bytes).Sockets();
        End();
    }

    public void ServerSideAnswer()
    {
        Answer(ClassicType.ServerSideEmit);
        if (!_message.Data.IsEmpty)
        {
            _output.Raw(",\"data\":"u8);
            JsonWithBuffers.Write(_message.Data, _output);
        }
        End();
    }

    public void ClientCount()
    {
        Answer(ClassicType.BroadcastClientCount);
        _output.Raw(",\"clientCount\":"u8);
        _output.Number((long)_message.ClientCount);
        if (_message.SocketIds.Count > 0)
        {
            _output.Raw(",\"sids\":"u8);
            _output.Names(_message.SocketIds);
        }
        End();
    }

    /// <summary>The whole cluster message, of a type that this format does not have.</summary>
    public void Whole()
    {
        _output.Raw("{\"type\":"u8);
        _output.Number((long)ClassicType.Cluster);
        _output.Raw(",\"cluster\":"u8);
        ClusterJson.Write(_message, _bytes);
        _output.Raw("}"u8);
    }

    // requestId is what makes it a request that is answered
    private void Begin(ClassicType type)
    {
        _output.Raw("{"u8);
        if (_message.Sender.Length > 0)
        {
            _output.Raw("\"uid\":"u8);
            _output.Text(_message.Sender);
            _output.Raw(","u8);
        }
        if (_message.RequestId is not null)
        {
            _output.Raw("\"requestId\":"u8);
            _output.Text(_message.RequestId);
            _output.Raw(","u8);
        }
        _output.Raw("\"type\":"u8);
        _output.Number((long)type);
    }

    private void Answer(ClassicType type)
    {
        _output.Raw("{\"type\":"u8);
        _output.Number((long)type);
        _output.Raw(",\"requestId\":"u8);
        _output.Text(_message.RequestId);
    }

    // who has answered: JavaScript nodes do not tell
    private void End()
    {
        if (_message.Sender.Length > 0)
        {
            _output.Raw(",\"uid\":"u8);
            _output.Text(_message.Sender);
        }
        _output.Raw("}"u8);
    }

    private void Options()
    {
        _output.Raw(",\"opts\":{\"rooms\":"u8);
        _output.Names(_message.Rooms);
        _output.Raw(",\"except\":"u8);
        _output.Names(_message.Except);
        _output.Raw("}"u8);
    }
}
