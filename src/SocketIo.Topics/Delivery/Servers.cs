namespace SocketIo.Topics;

/// <summary>
/// The servers that share a store. Each gives signs of life; one that gives none for a while is removed from the store by the others, so that
/// what it has claimed is delivered by them.
/// </summary>
internal sealed class Servers(TopicService service, TimeSpan timeout) : IAsyncDisposable
{
    // when each other server's beat was first seen, by this server's watch
    private readonly Dictionary<string, (long Beat, long Since)> _others = new(StringComparer.Ordinal);
    private Task _beating = Task.CompletedTask;
    private long _lastAnswer;

    public void Start() => _beating = BeatAsync();

    public async ValueTask DisposeAsync() => await _beating.ConfigureAwait(false);

    private async Task BeatAsync()
    {
        try
        {
            for (var beat = 1L; ; beat++)
            {
                await BeatAsync(beat).ConfigureAwait(false);
                await Task.Delay(timeout / 5, service.Time, service.Stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    private async Task BeatAsync(long beat)
    {
        var renew = new RenewOwner(service.Owner, beat);
        try
        {
            await service.Queue.ExecuteAsync(renew, isPatient: true).AsTask().WaitAsync(service.Stopping).ConfigureAwait(false);
        }
        catch (TopicStoreException)
        {
            return;
        }
        if (renew.IsNew && beat > 1)
        {
            Log.TakenForDead(service.Logger);
            service.ReattachAll();
        }
        ForgiveSilence();
        foreach (var owner in renew.Owners)
        {
            if (owner.Owner != service.Owner && IsDead(owner))
                Remove(owner.Owner);
        }
        foreach (var gone in _others.Keys.Except(renew.Owners.Select(static one => one.Owner)).ToArray())
            _others.Remove(gone);
    }

    // While this server could not ask, the others may not have been able to give signs either.
    private void ForgiveSilence()
    {
        var wasLong = service.Time.GetElapsedTime(_lastAnswer) > timeout / 2;
        _lastAnswer = service.Time.GetTimestamp();
        if (!wasLong)
            return;
        foreach (var (owner, (beat, _)) in _others.ToArray())
            _others[owner] = (beat, _lastAnswer);
    }

    private bool IsDead(OwnerBeat owner)
    {
        if (_others.TryGetValue(owner.Owner, out var seen) && seen.Beat == owner.Beat)
            return service.Time.GetElapsedTime(seen.Since) >= timeout;
        _others[owner.Owner] = (owner.Beat, service.Time.GetTimestamp());
        return false;
    }

    private void Remove(string owner)
    {
        Log.ServerDead(service.Logger, owner);
        service.Forget(new RemoveOwner(owner));
    }
}
