namespace SocketIo.Cluster.Sessions;

/// <summary>A link that receives by sessions.</summary>
internal interface ISessionLink<in TSession>
{
    /// <summary>Begins to receive in a new session.</summary>
    Task SubscribeAsync(TSession session);

    /// <summary>Ends receiving.</summary>
    void Unsubscribe(TSession session);
}
