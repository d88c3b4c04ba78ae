using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace SocketIo.Routing;

/// <summary>
/// The namespaces of a server by name, and the patterns that make more. The making of one is announced without a lock, since the
/// announcement is the user's code: whoever wants to join waits for its end.
/// </summary>
internal sealed class NamespaceIndex(SocketIoServer server)
{
    private readonly ConcurrentDictionary<string, Namespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lock _sync = new();

    // guarded by _sync: namespaces whose making is being announced
    private readonly Dictionary<string, Birth> _births = new(StringComparer.Ordinal);

    // Replaced whole under _sync, read without.
    private NamespacePattern[] _patterns = [];
    private Action<Namespace>[] _announcements = [];

    public IEnumerable<Namespace> All => _namespaces.Select(static pair => pair.Value);

    public void Add(Namespace @namespace) => _namespaces[@namespace.Name] = @namespace;

    public NamespacePattern Add(NamespacePattern pattern)
    {
        lock (_sync)
            _patterns = [.. _patterns, pattern];
        return pattern;
    }

    public void Announce(Action<Namespace> handler)
    {
        lock (_sync)
            _announcements = [.. _announcements, handler];
    }

    /// <summary>The namespace of that name for the application, made when missing. One that is being announced is found too.</summary>
    public Namespace Of(string name)
    {
        while (true)
        {
            Birth? birth = null;
            if (!_namespaces.TryGetValue(name, out var found))
            {
                ThrowIfNobodyCanJoin(name);
                found = Make(name, Array.Find(Volatile.Read(ref _patterns), pattern => pattern.MatchesName(name)), out birth);
            }

            // not while it is announced: whoever is told of it may look for it, and nobody may be accepted after all
            if (birth is not null || found.TryKeep())
                return found;
        }
    }

    /// <summary>The namespace that a client asks for: a fixed one, or one that a pattern makes; null when there is none.</summary>
    public async ValueTask<Namespace?> FindAsync(string name, JsonElement auth)
    {
        if (_namespaces.TryGetValue(name, out var existing))
            return existing;
        foreach (var pattern in Volatile.Read(ref _patterns))
        {
            if (await pattern.MatchesAsync(name, auth).ConfigureAwait(false))
                return await MakeAsync(name, pattern).ConfigureAwait(false);
        }
        return null;
    }

    public void Remove(Namespace child, NamespacePattern pattern)
    {
        // before another of its name is made
        lock (_sync)
        {
            if (_namespaces.TryRemove(new(child.Name, child)))
                _ = child.Delivery.DisposeAsync().AsTask();
        }
        pattern.Remove(child);
    }

    // In a packet the name ends at a comma; clients take what follows a "?" for a query.
    private void ThrowIfNobodyCanJoin(string name)
    {
        var limit = server.Options.MaxNamespaceLength;
        if (name.AsSpan().ContainsAny(',', '?'))
            throw new ArgumentException($"No client can join the namespace '{LogText.Of(name)}': its name has a comma or a '?'.", nameof(name));
        if (Encoding.UTF8.GetByteCount(name) > limit)
            throw new ArgumentException($"No client can join the namespace '{LogText.Of(name)}': its name has more than {limit} bytes ({nameof(SocketIoOptions.MaxNamespaceLength)}).", nameof(name));
    }

    private async ValueTask<Namespace> MakeAsync(string name, NamespacePattern pattern)
    {
        while (true)
        {
            var made = Make(name, pattern, out var birth);
            if (birth is null || await birth.IsAnnounced.ConfigureAwait(false))
                return made;
        }
    }

    /// <summary>Makes a namespace, or finds the one of that name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="pattern">Whose it is.</param>
    /// <param name="birth">Set when another thread is about to announce it.</param>
    private Namespace Make(string name, NamespacePattern? pattern, out Birth? birth)
    {
        var own = new Birth(new Namespace(server, name, pattern));
        lock (_sync)
        {
            birth = null;
            if (_namespaces.TryGetValue(name, out var existing))
                return existing;
            if (_births.TryGetValue(name, out birth))
                return birth.Namespace;
            own.Namespace.Begin();
            _births.Add(name, own);
        }
        Announce(own, pattern);
        return own.Namespace;
    }

    // Before anybody finds it by joining: middleware that is added here holds for the first client too. An exception leaves no namespace.
    private void Announce(Birth birth, NamespacePattern? pattern)
    {
        var isAnnounced = false;
        try
        {
            foreach (var announce in Volatile.Read(ref _announcements))
                announce(birth.Namespace);
            isAnnounced = true;
        }
        catch (Exception exception)
        {
            Log.NewNamespaceFailed(server.Logger, exception, LogText.Of(birth.Namespace.Name));
            throw;
        }
        finally
        {
            End(birth, pattern, isAnnounced);
        }
    }

    private void End(Birth birth, NamespacePattern? pattern, bool isAnnounced)
    {
        lock (_sync)
        {
            _births.Remove(birth.Namespace.Name);
            if (isAnnounced)
            {
                pattern?.Add(birth.Namespace);
                _namespaces[birth.Namespace.Name] = birth.Namespace;
            }
            else
            {
                _ = birth.Namespace.Delivery.DisposeAsync().AsTask();
            }
        }
        birth.End(isAnnounced);
    }

    /// <summary>The making of a namespace, until it is announced.</summary>
    private sealed class Birth(Namespace made)
    {
        private readonly TaskCompletionSource<bool> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Namespace Namespace => made;

        /// <summary>False when the announcement failed.</summary>
        public Task<bool> IsAnnounced => _end.Task;

        public void End(bool isAnnounced) => _end.SetResult(isAnnounced);
    }
}
