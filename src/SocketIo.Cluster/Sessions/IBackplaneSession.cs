namespace SocketIo.Cluster.Sessions;

/// <summary>The connections of a backplane from the moment when it was reached until one of them ends.</summary>
internal interface IBackplaneSession : IAsyncDisposable
{
    /// <summary>Completes with the reason when the session has ended.</summary>
    Task<Exception> Ended { get; }

    /// <summary>Ends the session.</summary>
    void End(Exception reason);
}
