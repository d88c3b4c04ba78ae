using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>One command whose answer is read.</summary>
internal sealed class ReadingBatch<T>(ReadReply<T> read) : RespBatch
{
    private T? _value;
    private RespException? _refusal;

    public override RespWriter Commands { get; } = new();

    /// <summary>The answer, when <see cref="RespBatch.Done"/>.</summary>
    /// <exception cref="RespException">Redis refused the command.</exception>
    public T Value => _refusal is null ? _value! : throw _refusal;

    protected override void Receive(int index, RespReader reply)
    {
        var ahead = reply;
        if (ahead.Read() == RespKind.Error)
            _refusal = new RespException(ahead.Text);
        else
            _value = read(reply);
    }
}

/// <summary>Reads an answer that is no error.</summary>
internal delegate T ReadReply<out T>(RespReader reply);
