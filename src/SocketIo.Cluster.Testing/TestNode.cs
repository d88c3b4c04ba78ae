using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.Testing;

/// <summary>A server that has only what concerns the cluster, on a backplane that is to be tested.</summary>
public sealed class TestNode : IAsyncDisposable
{
    private readonly ClusterServer _server;
    private readonly ConcurrentDictionary<string, TestNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<string, long> _counters = new(StringComparer.Ordinal);

    /// <summary>Makes a node with the namespace "/"; start it.</summary>
    /// <param name="backplane">Not started yet.</param>
    /// <param name="options">Null takes heartbeats that are short enough for tests.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    /// <param name="logger">Gets what is logged.</param>
    public TestNode(Backplane backplane, ClusterOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
        : this(backplane, options, time, logger, null)
    {
    }

    internal TestNode(Backplane backplane, ClusterOptions? options, TimeProvider? time, ILogger? logger, WorkQueue? work)
    {
        Backplane = backplane;
        _server = new ClusterServer(backplane, options ?? CreateOptions(), time ?? TimeProvider.System, logger ?? NullLogger.Instance, null, work);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _server.Meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, count, _, _) => _counters.AddOrUpdate(instrument.Name, count, (_, before) => before + count));
        _meters.Start();
        Root = Of("/");
    }

    /// <summary>The backplane.</summary>
    public Backplane Backplane { get; }

    /// <summary>The node's id.</summary>
    public string Id => Backplane.NodeId;

    /// <summary>The namespace "/".</summary>
    public TestNamespace Root { get; }

    internal ClusterServer Server => _server;

    /// <summary>Options whose heartbeats are short enough for tests and long enough for a busy machine.</summary>
    public static ClusterOptions CreateOptions() => new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(250),
        HeartbeatTimeout = TimeSpan.FromSeconds(2),
        RequestTimeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Starts the backplane.</summary>
    public ValueTask StartAsync() => _server.StartAsync(CancellationToken.None);

    /// <summary>A namespace, made when missing.</summary>
    public TestNamespace Of(string name) => _namespaces.GetOrAdd(name, _ => new TestNamespace(_server, name));

    /// <summary>The sum of a counter of the meter "SocketIo.Cluster".</summary>
    public long Counter(string name) => _counters.GetValueOrDefault(name);

    /// <summary>Leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        await Backplane.DisposeAsync().ConfigureAwait(false);
        _meters.Dispose();
    }
}
