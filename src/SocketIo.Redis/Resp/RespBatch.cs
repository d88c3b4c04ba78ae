namespace SocketIo.Redis.Resp;

/// <summary>Commands that are sent together, and what becomes of their replies.</summary>
internal abstract class RespBatch
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many commands are answered. Written by the connection's reader.</summary>
    public int Received { get; private set; }

    /// <summary>The commands; must not change before <see cref="Done"/>.</summary>
    public abstract RespWriter Commands { get; }

    /// <summary>Completes with the last reply; fails when the connection ends before.</summary>
    public Task Done => _done.Task;

    /// <summary>Takes the next reply.</summary>
    /// <returns>Whether it was the last one.</returns>
    public bool Take(RespReader reply)
    {
        Receive(Received, reply);
        if (++Received < Commands.Commands)
            return false;
        _done.TrySetResult();
        return true;
    }

    public void Fail(Exception reason) => _done.TrySetException(reason);

    /// <summary>Reads the reply to a command.</summary>
    /// <param name="index">Which of the commands, from 0.</param>
    /// <param name="reply">The reply, complete.</param>
    protected abstract void Receive(int index, RespReader reply);
}
