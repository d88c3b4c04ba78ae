namespace SocketIo.Engine.Epoll;

/// <summary>Something whose descriptor a <see cref="Poller"/> watches.</summary>
internal interface IPolled
{
    /// <summary>
    /// Called on the poller's thread. The events are a hint: after a descriptor's number was given to somebody else, a late event
    /// of its former owner comes here, too.
    /// </summary>
    void OnEvents(uint events);

    /// <summary>Called when <see cref="OnEvents"/> threw. It must not throw; the poller goes on with the others.</summary>
    void OnFault(Exception exception);
}
