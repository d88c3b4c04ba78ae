using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SocketIo.Recovery;

namespace SocketIo.Topics;

/// <summary>The topics of a server: which sockets have subscribed, and how events become what is stored.</summary>
internal sealed class SocketTopics(TopicService service)
{
    // What each socket has subscribed to; sockets that have not are not in it. The lists lock themselves.
    private readonly ConcurrentDictionary<Socket, List<SocketSubscription>> _sockets = new(ReferenceEqualityComparer.Instance);

    // What the sockets of clients had that may come back; kept as long as those.
    private readonly ConditionalWeakTable<RecoverableSession, SocketSubscription[]> _left = [];

    public TopicService Service => service;

    /// <summary>Subscribes a socket. For one that has subscribed before, the same as then.</summary>
    public Task SubscribeAsync(Socket socket, SubscriptionName name, SubscribeOptions options)
    {
        options.Validate();
        var looking = Service.EndIfForgottenAsync(name.Checked());
        return looking.IsCompletedSuccessfully ? JoinAsync(socket, name, options) : LookAndJoinAsync();

        async Task LookAndJoinAsync()
        {
            await looking.ConfigureAwait(false);
            await JoinAsync(socket, name, options).ConfigureAwait(false);
        }
    }

    /// <summary>A socket has disconnected.</summary>
    public void OnClosed(Socket socket)
    {
        if (!_sockets.TryRemove(socket, out var subscriptions))
            return;
        SocketSubscription[] left;
        lock (subscriptions)
            left = [.. subscriptions];
        foreach (var subscription in left)
            subscription.Leave();
        if (socket.Recoverable is { IsOver: false } session)
            _left.AddOrUpdate(session, left);
    }

    /// <summary>A socket is connected: one whose client has come back goes on with what it had subscribed to.</summary>
    public void Restore(Socket socket)
    {
        if (!socket.Recovered || !_left.TryGetValue(socket.Recoverable!, out var subscriptions))
            return;
        _left.Remove(socket.Recoverable!);
        foreach (var subscription in subscriptions)
            _ = RestoreAsync(socket, subscription);
    }

    /// <summary>A subscription has ended while its socket is connected.</summary>
    public void Forget(SocketSubscription subscription)
    {
        if (!_sockets.TryGetValue(subscription.Socket, out var subscriptions))
            return;
        lock (subscriptions)
            subscriptions.Remove(subscription);
    }

    private Task JoinAsync(Socket socket, SubscriptionName name, SubscribeOptions options)
    {
        var subscription = FindOrAdd(socket, new(this, socket, name, options));

        // who ends the socket looks for subscriptions behind its state, and this at the state behind the subscription
        if (!socket.IsConnected)
            OnClosed(socket);
        return subscription.JoinAsync();
    }

    private async Task RestoreAsync(Socket socket, SocketSubscription subscription)
    {
        try
        {
            await SubscribeAsync(socket, subscription.Name, subscription.Options).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            socket.Namespace.Handlers.Report(socket, exception, "subscription");
        }
    }

    private SocketSubscription FindOrAdd(Socket socket, SocketSubscription added)
    {
        var subscriptions = _sockets.GetOrAdd(socket, static _ => []);
        lock (subscriptions)
        {
            if (subscriptions.Find(one => one.Name == added.Name) is { } found)
                return found;
            subscriptions.Add(added);
        }
        return added;
    }
}
