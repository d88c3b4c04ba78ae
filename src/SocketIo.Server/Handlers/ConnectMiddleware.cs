namespace SocketIo.Handlers;

/// <summary>Brings connection middleware of every shape into one.</summary>
internal static class ConnectMiddleware
{
    private const string Name = "middleware";

    public static Func<Socket, ValueTask<ConnectResult>> Of(Action<Socket> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return socket =>
        {
            middleware(socket);
            return new ValueTask<ConnectResult>(ConnectResult.Accept);
        };
    }

    public static Func<Socket, ValueTask<ConnectResult>> Of(Func<Socket, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return socket => AcceptAfterAsync(new ValueTask(HandlerTask.NotNull(middleware(socket), Name)));
    }

    public static Func<Socket, ValueTask<ConnectResult>> Of(Func<Socket, ValueTask> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return socket => AcceptAfterAsync(middleware(socket));
    }

    public static Func<Socket, ValueTask<ConnectResult>> Of(Func<Socket, Task<ConnectResult>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return socket => new ValueTask<ConnectResult>(HandlerTask.NotNull(middleware(socket), Name));
    }

    public static Func<Socket, ValueTask<ConnectResult>> Of(Func<Socket, ValueTask<ConnectResult>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return middleware;
    }

    public static Func<Socket, ValueTask<ConnectResult>> Of(Func<Socket, ConnectResult> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return socket => new ValueTask<ConnectResult>(middleware(socket));
    }

    private static async ValueTask<ConnectResult> AcceptAfterAsync(ValueTask middleware)
    {
        await middleware.ConfigureAwait(false);
        return ConnectResult.Accept;
    }
}
