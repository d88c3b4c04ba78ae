namespace SocketIo.Engine.WebSockets;

/// <summary>A flow of execution that nobody has put anything into: what outlives a request must not keep the request's values.</summary>
internal static class CleanFlow
{
    public static ExecutionContext Context { get; } = Capture();

    private static ExecutionContext Capture()
    {
        ExecutionContext? clean = null;
        var thread = new Thread(() => clean = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return clean!;
    }
}
