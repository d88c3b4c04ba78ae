using System.Text;

namespace SocketIo.Cluster.Testing;

/// <summary>A client of a <see cref="TestNamespace"/>, without connection: keeps what it is sent.</summary>
public sealed class TestSocket
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly HashSet<string> _rooms = new(StringComparer.Ordinal);
    private readonly List<ClusterMessage> _received = [];
    private bool _isConnected = true;

    internal TestSocket(string id) => Id = id;

    /// <summary>The socket's id.</summary>
    public string Id { get; }

    /// <summary>What the application keeps with the socket: a JSON object.</summary>
    public PacketData Data { get; set; }

    /// <summary>How the client connected: a JSON object.</summary>
    public PacketData Handshake { get; set; }

    /// <summary>What it acknowledges with; null does not acknowledge.</summary>
    public PacketData? Answer { get; set; }

    /// <summary>Whether it was not disconnected.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_sync)
                return _isConnected;
        }
    }

    /// <summary>The rooms, its id included.</summary>
    public string[] Rooms
    {
        get
        {
            lock (_sync)
                return [.. _rooms];
        }
    }

    /// <summary>The messages it got, in their order.</summary>
    public ClusterMessage[] Messages
    {
        get
        {
            lock (_sync)
                return [.. _received];
        }
    }

    /// <summary>The events it got, in their order: JSON arrays.</summary>
    public string[] Events => [.. Messages.Select(static message => Encoding.UTF8.GetString(message.Data.Json.Span))];

    /// <summary>How many events it got.</summary>
    public int EventCount
    {
        get
        {
            lock (_sync)
                return _received.Count;
        }
    }

    internal void Receive(ClusterMessage message)
    {
        lock (_sync)
            _received.Add(message);
    }

    internal bool IsIn(string room)
    {
        lock (_sync)
            return _rooms.Contains(room);
    }

    internal bool Enter(string room)
    {
        lock (_sync)
            return _isConnected && _rooms.Add(room);
    }

    internal bool Exit(string room)
    {
        lock (_sync)
            return _rooms.Remove(room);
    }

    internal bool Disconnect()
    {
        lock (_sync)
        {
            if (!_isConnected)
                return false;
            _isConnected = false;
            return true;
        }
    }
}
