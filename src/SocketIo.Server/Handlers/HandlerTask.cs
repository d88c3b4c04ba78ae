namespace SocketIo.Handlers;

/// <summary>Tasks that the application returns.</summary>
internal static class HandlerTask
{
    /// <exception cref="InvalidOperationException">It is null.</exception>
    public static TTask NotNull<TTask>(TTask? task, string whose) where TTask : Task =>
        task ?? throw new InvalidOperationException($"The {whose} returned null instead of a task.");
}
