using System.Runtime.CompilerServices;
using SocketIo.Protocol;

namespace SocketIo.Handlers;

/// <summary>Turns a handler's result into the acknowledgement that the client asked for, if it did.</summary>
internal readonly struct AckReply
{
    private readonly Socket? _socket;
    private readonly long _id;
    private readonly AckOnce? _once;

    /// <param name="socket">Who asked; null where nobody did, or another server.</param>
    /// <param name="id">The packet's ack id, or <see cref="PacketHeader.NoId"/>.</param>
    /// <param name="once">Shared by several handlers of one event, of which the first result counts; null for a single one.</param>
    public AckReply(Socket? socket, long id, AckOnce? once)
    {
        _socket = socket;
        _id = id;
        _once = once;
    }

    /// <summary>The packet's ack id, or <see cref="PacketHeader.NoId"/>.</summary>
    public long Id => _id;

    /// <summary>Acknowledges nothing.</summary>
    public static AckReply None => new(null, PacketHeader.NoId, null);

    public bool IsWanted => _id != PacketHeader.NoId;

    /// <summary>For who may acknowledge several times: the first one counts.</summary>
    public AckReply Shared() => new(_socket, _id, _once ?? new AckOnce());

    /// <summary>A handler without a result has run: the client's wait ends, unless another handler may have a result.</summary>
    public ValueTask Done()
    {
        if (_once is null)
            Send(default(Args0));
        return ValueTask.CompletedTask;
    }

    public ValueTask Done<T>(T result)
    {
        if (typeof(T) == typeof(Nothing))
            return Done();
        if (result is AckArguments several)
            Send(EventArguments.Create(several.Values));
        else if (typeof(T).IsValueType && result is ITuple tuple)
            Send(EventArguments.Create(ValuesOf(tuple)));
        else
            Send(new Args<T>(result));
        return ValueTask.CompletedTask;
    }

    public ValueTask DoneAsync(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            return DoneLaterAsync(task);
        task.GetAwaiter().GetResult();
        return Done();
    }

    public ValueTask DoneAsync<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? Done(task.Result) : DoneLaterAsync(task);

    /// <summary>Sends these values, unless the event is acknowledged already.</summary>
    public void Send<TArgs>(in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        if (!IsWanted || _once is not null && !_once.TryTake())
            return;
        try
        {
            if (_socket is not null)
                _socket.SendAck(_id, args);
            else
                _once!.Send(args);
        }
        catch
        {
            // what could not be written is no acknowledgement: another may follow
            _once?.PutBack();
            throw;
        }
    }

    private async ValueTask DoneLaterAsync(ValueTask task)
    {
        await task.ConfigureAwait(false);
        await Done().ConfigureAwait(false);
    }

    private async ValueTask DoneLaterAsync<T>(ValueTask<T> task)
    {
        var result = await task.ConfigureAwait(false);
        await Done(result).ConfigureAwait(false);
    }

    private static object?[] ValuesOf(ITuple tuple)
    {
        var values = new object?[tuple.Length];
        for (var index = 0; index < values.Length; index++)
            values[index] = tuple[index];
        return values;
    }

    /// <summary>Whose result is the acknowledgement, when several handlers have one.</summary>
    internal class AckOnce
    {
        private int _taken;

        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

        public void PutBack() => Volatile.Write(ref _taken, 0);

        /// <summary>Sends the values to another server, which asked in a client's place.</summary>
        public virtual void Send<TArgs>(in TArgs args) where TArgs : struct, IEventArguments, allows ref struct => throw new NotSupportedException();
    }
}
