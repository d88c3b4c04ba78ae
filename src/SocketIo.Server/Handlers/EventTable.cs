using System.Text;

namespace SocketIo.Handlers;

/// <summary>
/// Handlers by event name, found by the UTF-8 bytes of the wire. Read without a lock; each change publishes a new table, since
/// handlers are registered rarely and events arrive all the time.
/// </summary>
internal sealed class EventTable
{
    private static readonly EventListener[] None = [];

    private readonly Lock _sync = new();
    private Entry[] _entries = [];

    /// <summary>The handlers of an event, in the order of their registration.</summary>
    public EventListener[] Find(ReadOnlySpan<byte> name)
    {
        foreach (var entry in Volatile.Read(ref _entries))
        {
            if (name.SequenceEqual(entry.Name))
                return entry.Listeners;
        }
        return None;
    }

    public void Add(string name, EventListener listener)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        lock (_sync)
            Put(utf8, [.. Find(utf8), listener]);
    }

    /// <summary>Removes the handlers of an event, or only the one registered with this delegate.</summary>
    public void Remove(string name, Delegate? source)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        lock (_sync)
            Put(utf8, source is null ? None : [.. Find(utf8).Where(listener => !listener.Source.Equals(source))]);
    }

    public void Remove(ReadOnlySpan<byte> name, EventListener listener)
    {
        lock (_sync)
        {
            var utf8 = name.ToArray();
            Put(utf8, [.. Find(utf8).Where(other => other != listener)]);
        }
    }

    public void RemoveAll()
    {
        lock (_sync)
            Volatile.Write(ref _entries, []);
    }

    /// <summary>Adds another table's handlers behind the own ones.</summary>
    public void CopyFrom(EventTable other)
    {
        lock (_sync)
        {
            foreach (var entry in Volatile.Read(ref other._entries))
                Put(entry.Name, [.. Find(entry.Name), .. entry.Listeners]);
        }
    }

    private void Put(byte[] name, EventListener[] listeners)
    {
        var others = _entries.Where(entry => !entry.Name.AsSpan().SequenceEqual(name));
        Volatile.Write(ref _entries, listeners.Length == 0 ? [.. others] : [.. others, new Entry(name, listeners)]);
    }

    private readonly record struct Entry(byte[] Name, EventListener[] Listeners);
}
