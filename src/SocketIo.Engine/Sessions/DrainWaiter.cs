namespace SocketIo.Engine.Sessions;

/// <summary>Those who wait for an empty queue from one moment on; <see cref="Next"/> wait from another.</summary>
internal sealed class DrainWaiter() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public DrainWaiter? Next { get; set; }
}
