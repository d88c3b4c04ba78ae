namespace SocketIo.Handlers;

/// <summary>The handler returns the value itself.</summary>
internal readonly struct PlainResult<T> : IHandlerResult<T, T>
{
    public static Type? Type => typeof(T);

    public static ValueTask Acknowledge(T returned, AckReply ack) => ack.Done(returned);
}

/// <summary>The handler returns a task without a value.</summary>
internal readonly struct TaskResult : IHandlerResult<Task, Nothing>
{
    public static Type? Type => null;

    public static ValueTask Acknowledge(Task returned, AckReply ack) => ack.DoneAsync(new ValueTask(HandlerTask.NotNull(returned, "handler")));
}

/// <summary>The handler returns a task with the value.</summary>
internal readonly struct TaskResult<T> : IHandlerResult<Task<T>, T>
{
    public static Type? Type => typeof(T);

    public static ValueTask Acknowledge(Task<T> returned, AckReply ack) => ack.DoneAsync(new ValueTask<T>(HandlerTask.NotNull(returned, "handler")));
}

/// <summary>The handler returns a value task without a value.</summary>
internal readonly struct ValueTaskResult : IHandlerResult<ValueTask, Nothing>
{
    public static Type? Type => null;

    public static ValueTask Acknowledge(ValueTask returned, AckReply ack) => ack.DoneAsync(returned);
}

/// <summary>The handler returns a value task with the value.</summary>
internal readonly struct ValueTaskResult<T> : IHandlerResult<ValueTask<T>, T>
{
    public static Type? Type => typeof(T);

    public static ValueTask Acknowledge(ValueTask<T> returned, AckReply ack) => ack.DoneAsync(returned);
}
