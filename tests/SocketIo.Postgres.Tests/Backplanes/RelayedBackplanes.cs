using SocketIo.Cluster;
using SocketIo.Postgres.Backplanes;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>Backplanes with a relay each between them and the database, by which a node is as good as hung or dead.</summary>
internal sealed class RelayedBackplanes(PostgresServer server, LogSink log, bool recovery)
{
    private readonly Dictionary<Backplane, Relay> _relays = [];
    private int _lastPrefix;

    /// <summary>Backplanes that are made from now on do not reach those before.</summary>
    public void Begin()
    {
        Close();
        _lastPrefix++;
    }

    public PostgresBackplane Create(Action<PostgresOptions>? configure = null)
    {
        var relay = Relay.To(new Uri($"tcp://127.0.0.1:{server.Port}"));
        var options = new PostgresOptions
        {
            ConnectionString = server.ConnectionString.Replace($"Port={server.Port}", $"Port={relay.Address.Port}", StringComparison.Ordinal),
            Prefix = $"c{_lastPrefix}",
            ResponseTimeout = TimeSpan.FromSeconds(4), // a busy machine is not a hung server
            Recovery = recovery,
        };
        configure?.Invoke(options);
        Assert.That(options.Validate(), Is.Empty);
        var backplane = new PostgresBackplane(options, log.CreateLogger("SocketIo.Postgres"), TimeProvider.System);
        _relays[backplane] = relay;
        return backplane;
    }

    public Relay Of(Backplane backplane) => _relays[backplane];

    public void Close()
    {
        foreach (var relay in _relays.Values)
            relay.Cut();
        _relays.Clear();
    }
}
