using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Handlers;
using SocketIo.Protocol;
using SocketIo.Sockets;

namespace SocketIo.Broadcasts;

/// <summary>
/// Waits for the acknowledgements of all receivers of a broadcast. Who owes one is kept by the receivers themselves; a request to the other
/// servers knows who owes one there.
/// </summary>
internal sealed class BroadcastAck<TResult>(Namespace @namespace, string eventName, AckShape<TResult> shape, TimeSpan? timeout, bool isSingle)
    : BroadcastAnswers(@namespace.NextAckId(), timeout), IRemoteAcks
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly List<Socket> _receivers = [];
    private readonly List<AckResponse<TResult>> _responses = [];
    private readonly List<string> _missing = [];
    private bool _sent;
    private ClusterRequest? _others;
    private bool _awaitsOthers;
    private RemoteAckSummary _summary = new([], 0, default);

    // What sockets of other servers answered, in its place among the responses; read when all is there, as that runs the user's code.
    private readonly List<(int Index, string? SocketId, PacketData Value)> _unread = [];

    public override bool TryExpect(Socket socket)
    {
        var addition = socket.Acks.Add(Id, this, @namespace.Server.Options.MaxPendingAcks);
        if (addition is AckAddition.Known)
            return false;
        lock (_sync)
        {
            _receivers.Add(socket);
            if (addition is AckAddition.TooMany)
                _missing.Add(socket.Id);
        }
        return addition is AckAddition.Added;
    }

    public override void AwaitOthers(Func<IRemoteAcks, ClusterRequest> ask)
    {
        lock (_sync)
            _awaitsOthers = true;
        _others = ask(this);
    }

    /// <summary>The broadcast was sent to all receivers; waits for what they say.</summary>
    /// <param name="sent">Completes when the event was sent to own receivers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<AckResults<TResult>> WaitAsync(Task sent, CancellationToken cancellationToken)
    {
        await sent.ConfigureAwait(false);
        // whoever goes from here on finds the acknowledgement or is seen here
        foreach (var socket in _receivers)
        {
            if (!socket.IsConnected)
                Miss(socket);
        }
        var timeWasUp = false;
        try
        {
            lock (_sync)
            {
                _sent = true;
                CompleteIfDone();
            }
            await _completion.Task.WaitAsync(Timeout ?? System.Threading.Timeout.InfiniteTimeSpan, @namespace.Server.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            timeWasUp = true;

            // those who did not answer are missing; the answer of one may be read just now
            MissRest();
            await _completion.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            MissRest();
            throw;
        }
        return Results(timeWasUp);
    }

    /// <summary>The broadcast failed: nobody waits.</summary>
    public void Forget() => MissRest();

    public override void Receive(Socket socket, ref ArgumentReader arguments)
    {
        TResult value;
        var hasValue = arguments.HasMore;
        try
        {
            value = shape.Read(ref arguments);
        }
        catch (EventArgumentException exception)
        {
            socket.Namespace.Handlers.ReportAck(socket, exception, eventName);
            Lose(socket);
            return;
        }

        lock (_sync)
        {
            _responses.Add(new AckResponse<TResult>(socket.Id, value, hasValue));
            CompleteIfDone();
        }
    }

    public override void Lose(Socket socket)
    {
        lock (_sync)
        {
            _missing.Add(socket.Id);
            CompleteIfDone();
        }
    }

    void IRemoteAcks.Receive(string? socketId, in PacketData value)
    {
        lock (_sync)
            _unread.Add((_responses.Count, socketId, value));
    }

    void IRemoteAcks.Complete(RemoteAckSummary summary)
    {
        lock (_sync)
        {
            _awaitsOthers = false;
            _summary = summary;
            CompleteIfDone();
        }
    }

    // nobody is added any more
    private void MissRest()
    {
        foreach (var socket in _receivers)
            Miss(socket);
        _others?.End(isAway: false);
    }

    private void CompleteIfDone()
    {
        if (!_sent)
            return;
        if (!_awaitsOthers && _responses.Count + _missing.Count == _receivers.Count || isSingle && _responses.Count > 0)
            _completion.TrySetResult();
    }

    private AckResults<TResult> Results(bool timeWasUp)
    {
        List<AckResponse<TResult>> responses;
        List<string> missing;
        RemoteAckSummary others;
        (int Index, string? SocketId, PacketData Value)[] unread;
        lock (_sync)
        {
            responses = [.. _responses];
            missing = [.. _missing];
            others = _summary;
            unread = [.. _unread];
        }
        var count = missing.Count + others.Count + ReadOthers(unread, responses, missing);
        return new AckResults<TResult>(responses, [.. missing, .. others.SocketIds])
        {
            MissingCount = count,
            MissingServers = isSingle && responses.Count > 0 ? default : others.Nodes,
            TimeWasUpAfter = timeWasUp ? Timeout : null,
        };
    }

    // Gives the number of those that can't be read. From the end, so that the places of the others stay.
    private int ReadOthers((int Index, string? SocketId, PacketData Value)[] unread, List<AckResponse<TResult>> responses, List<string> missing)
    {
        var unreadable = 0;
        foreach (var (index, socketId, value) in unread.Reverse())
        {
            try
            {
                var arguments = @namespace.Server.PeerFormat.OpenValue(value);
                responses.Insert(index, new AckResponse<TResult>(socketId ?? "", shape.Read(ref arguments), !value.IsEmpty));
            }
            catch (EventArgumentException exception)
            {
                unreadable++;
                @namespace.Handlers.ReportAck(socketId ?? "-", exception, eventName);
                if (socketId is not null)
                    missing.Add(socketId);
            }
        }
        return unreadable;
    }
}
