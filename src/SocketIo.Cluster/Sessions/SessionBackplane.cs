using Microsoft.Extensions.Logging;
using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.Sessions;

/// <summary>
/// What backplanes on a service have in common: sessions, one after the other, and the links that begin to receive again in each.
/// </summary>
/// <param name="service">What it is called in logs.</param>
/// <param name="maxReconnectDelay">The longest pause between two attempts.</param>
/// <param name="logger">The log.</param>
/// <param name="time">The clock.</param>
internal abstract class SessionBackplane<TSession>(string service, TimeSpan maxReconnectDelay, ILogger logger, TimeProvider time) : Backplane(time)
    where TSession : class, IBackplaneSession
{
    // half of it, or more: many servers should not come back at the same moment
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    // A session that was shorter came to nothing, as where the service takes the connection and refuses its first use.
    private static readonly TimeSpan ShortSession = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _sync = new();
    private readonly List<ISessionLink<TSession>> _links = []; // guarded by _sync
    private volatile TSession? _session;
    private volatile TaskCompletionSource _arrival = NewArrival(); // completes with the next session
    private string? _refusal;
    private Task _running = Task.CompletedTask;
    private TimeSpan _delay = FirstDelay;

    /// <summary>The session; null while the service is away.</summary>
    public TSession? Session => _session;

    protected TimeProvider Time { get; } = time;

    public sealed override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        TSession? session = null;
        try
        {
            session = await OpenSessionAsync(both.Token).ConfigureAwait(false);
        }
        catch (BackplaneRefusedException)
        {
            throw;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Lose(exception);
        }
        _running = RunAsync(session);
    }

    public sealed override async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// The session for what is to be sent: one that has ended, or is gone before that is known, takes nothing, and its messages wait for the next.
    /// </summary>
    public ValueTask<TSession> GetSessionAsync(CancellationToken cancellationToken) =>
        _session is { Ended.IsCompleted: false } session ? new(session) : new(WaitForSessionAsync(cancellationToken));

    /// <summary>Waits for the next session when there is none.</summary>
    public async Task<TSession> WaitForSessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var arrival = _arrival;
            if (_session is { } session && State.IsConnected && !session.Ended.IsCompleted)
                return session;
            await arrival.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A link begins to receive, in this session and all that follow.</summary>
    public async Task AddAsync(ISessionLink<TSession> link, CancellationToken cancellationToken)
    {
        TSession session;
        lock (_sync)
        {
            if (!_links.Contains(link))
                _links.Add(link);
            session = _session ?? throw new InvalidOperationException($"{service} is away.");
        }
        await link.SubscribeAsync(session).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A link is gone.</summary>
    public void Remove(ISessionLink<TSession> link)
    {
        lock (_sync)
            _links.Remove(link);
        if (_session is { } session)
            link.Unsubscribe(session);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="BackplaneRefusedException">The service cannot be used.</exception>
    protected abstract Task<TSession> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Prepares a new session before the links begin to receive in it.</summary>
    /// <exception cref="BackplaneRefusedException">The service cannot be used.</exception>
    protected abstract Task PrepareAsync(TSession session, CancellationToken cancellationToken);

    /// <summary>Where a session is connected, for the log.</summary>
    protected abstract object Describe(TSession session);

    /// <summary>A reason in words, without secrets.</summary>
    protected abstract string Describe(Exception reason);

    /// <summary>Whether the service has answered, and will not by itself do what was asked.</summary>
    protected abstract bool IsRefusal(Exception reason);

    /// <summary>Gives back what is left when the last session has ended.</summary>
    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    private async Task RunAsync(TSession? session)
    {
        while (session is not null || (session = await ReopenAsync().ConfigureAwait(false)) is not null)
        {
            var begin = Time.GetTimestamp();
            var reason = await EndAsync(session).ConfigureAwait(false);
            _delay = Time.GetElapsedTime(begin) < ShortSession ? Longer(_delay) : FirstDelay;
            _session = null;
            if (!_disposing.IsCancellationRequested)
                Lose(reason);
            await session.DisposeAsync().ConfigureAwait(false);
            session = null;
        }
    }

    private async Task<Exception> EndAsync(TSession session)
    {
        using var registration = _disposing.Token.UnsafeRegister(
            static state => ((TSession)state!).End(new ObjectDisposedException(nameof(Backplane))), session);
        return await session.Ended.ConfigureAwait(false);
    }

    // null when disposed
    private async Task<TSession?> ReopenAsync()
    {
        for (var delay = _delay; ; delay = Longer(delay))
        {
            try
            {
                await Task.Delay(delay * (0.5 + Random.Shared.NextDouble() / 2), Time, _disposing.Token).ConfigureAwait(false);
                return await OpenSessionAsync(_disposing.Token).ConfigureAwait(false);
            }
            catch (Exception) when (_disposing.IsCancellationRequested)
            {
                return null;
            }
            catch (BackplaneRefusedException exception)
            {
                Refuse(exception.Message);
            }
            catch (Exception exception)
            {
                Miss(exception, delay);
            }
        }
    }

    private async Task<TSession> OpenSessionAsync(CancellationToken cancellationToken)
    {
        var session = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PrepareAsync(session, cancellationToken).ConfigureAwait(false);
            await SubscribeAsync(session).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
            throw exception is OperationCanceledException && session.Ended.IsCompleted ? await session.Ended.ConfigureAwait(false) : exception;
        }
        NodeLog.SessionOpened(logger, service, Describe(session));
        _refusal = null;
        ReportConnected();
        Interlocked.Exchange(ref _arrival, NewArrival()).SetResult();
        return session;
    }

    // links that are added from now on subscribe by themselves
    private async Task SubscribeAsync(TSession session)
    {
        ISessionLink<TSession>[] links;
        lock (_sync)
        {
            _session = session;
            links = [.. _links];
        }
        foreach (var link in links)
            await link.SubscribeAsync(session).ConfigureAwait(false);
    }

    private void Refuse(string reason)
    {
        if (!IsNews(reason))
            return;
        NodeLog.ServiceRefused(logger, service, reason);
        ReportAway(reason);
    }

    // That it cannot be reached is known. What it says when it is reached is told.
    private void Miss(Exception exception, TimeSpan delay)
    {
        var reason = Describe(exception);
        NodeLog.NotReached(logger, service, Sentence.Of(reason), delay);
        if (IsRefusal(exception) && IsNews(reason))
            NodeLog.StillRefused(logger, service, Sentence.Of(reason));
        ReportAway(reason);
    }

    // once, not with each attempt
    private bool IsNews(string reason)
    {
        if (_refusal == reason)
            return false;
        _refusal = reason;
        return true;
    }

    private TimeSpan Longer(TimeSpan delay) => delay * 2 < maxReconnectDelay ? delay * 2 : maxReconnectDelay;

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Lose(Exception reason)
    {
        var text = Describe(reason);
        NodeLog.SessionEnded(logger, service, Sentence.Of(text));
        ReportAway(text);
    }
}
