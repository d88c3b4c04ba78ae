namespace SocketIo.Routing;

/// <summary>Keeps a handler's task from being taken for its result.</summary>
internal static class ResultType<TResult>
{
    /// <exception cref="ArgumentException">The handler returns a kind of task that is not awaited.</exception>
    public static void ThrowIfTask(string paramName)
    {
        var type = typeof(TResult);
        if (type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            throw new ArgumentException($"A handler that returns {type.Name} would not be awaited: return a Task (AsTask()).", paramName);
    }
}
