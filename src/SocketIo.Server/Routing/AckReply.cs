using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>Turns a handler's result into the acknowledgement that the client asked for, if it did.</summary>
internal readonly struct AckReply
{
    private readonly Socket _socket;
    private readonly long _id;
    private readonly AckOnce? _once;

    /// <param name="socket">Who asked.</param>
    /// <param name="id">The packet's ack id, or <see cref="PacketHeader.NoId"/>.</param>
    /// <param name="once">Shared by several handlers of one event, of which the first result counts; null for a single one.</param>
    public AckReply(Socket socket, long id, AckOnce? once)
    {
        _socket = socket;
        _id = id;
        _once = once;
    }

    /// <summary>A handler without a result has run: the client's wait ends, unless another handler may have a result.</summary>
    public ValueTask Done()
    {
        if (_id != PacketHeader.NoId && _once is null)
            _socket.SendAck(_id, default(Args0));
        return ValueTask.CompletedTask;
    }

    public ValueTask Done(Task task) => task.IsCompletedSuccessfully ? Done() : DoneAsync(task);

    public ValueTask Done<T>(T result)
    {
        Send(result);
        return ValueTask.CompletedTask;
    }

    public ValueTask Done<T>(Task<T> task) => task.IsCompletedSuccessfully ? Done(task.Result) : DoneAsync(task);

    private async ValueTask DoneAsync(Task task)
    {
        await task.ConfigureAwait(false);
        await Done().ConfigureAwait(false);
    }

    private async ValueTask DoneAsync<T>(Task<T> task) => Send(await task.ConfigureAwait(false));

    private void Send<T>(T result)
    {
        if (_id == PacketHeader.NoId || _once is { } once && !once.TryTake())
            return;
        if (result is AckArguments several)
            _socket.SendAck(_id, EventArguments.Create(several.Values));
        else
            _socket.SendAck(_id, new Args<T>(result));
    }

    /// <summary>Whose result is the acknowledgement, when several handlers have one.</summary>
    internal sealed class AckOnce
    {
        private int _taken;

        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;
    }
}
