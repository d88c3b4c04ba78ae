using System.Text;
using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Classic;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Sharded;
using SocketIo.Redis.Streams;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>The kinds of backplanes, for tests that hold for all of them.</summary>
public sealed record Kind(string Name)
{
    public static readonly Kind[] All =
    [
        new("classic"), new("sharded-Public"), new("sharded-All"), new("sharded-None"), new("streams"), new("streams-sharded"), new("streams-4"),
    ];

    /// <summary>One of each.</summary>
    public static readonly Kind[] Main = [new("classic"), new("sharded-Public"), new("streams")];

    public override string ToString() => Name;

    /// <summary>Makes a backplane that is not started.</summary>
    internal RedisBackplane Create(string configuration, LogSink log, Action<RedisConnectionOptions>? configure = null, string prefix = "test")
    {
        RedisConnectionOptions options = Name.Split('-')[0] switch
        {
            "classic" => new RedisOptions(),
            "sharded" => new RedisShardedOptions { RoomChannels = Enum.Parse<RoomChannels>(Name.Split('-')[1]) },
            _ => new RedisStreamsOptions
            {
                StreamName = prefix + "-stream",
                UseShardedPubSub = Name.EndsWith("sharded", StringComparison.Ordinal),
                StreamCount = Name.EndsWith('4') ? 4 : 1,
            },
        };
        options.Configuration = configuration;
        options.Prefix = prefix;
        options.ResponseTimeout = TimeSpan.FromSeconds(4); // a busy machine is not a hung server
        configure?.Invoke(options);
        Assert.That(options.Validate(), Is.Empty);
        var host = new RedisHost(log.CreateLogger("SocketIo.Redis"), TimeProvider.System);
        return options switch
        {
            RedisOptions classic => new ClassicBackplane(classic, host),
            RedisShardedOptions sharded => new ShardedBackplane(sharded, host),
            _ => new StreamsBackplane((RedisStreamsOptions)options, host),
        };
    }
}

/// <summary>A started backplane with a link.</summary>
internal sealed class Node : IAsyncDisposable
{
    private int _lastNumber;

    private Node(RedisBackplane backplane, LogSink log) => (Backplane, Log) = (backplane, log);

    public RedisBackplane Backplane { get; }

    public LogSink Log { get; }

    public Receiver Receiver { get; } = new();

    public NamespaceLink Link { get; private set; } = null!;

    public string Namespace { get; private set; } = "/";

    public static async Task<Node> StartAsync(
        Kind kind, string configuration, string namespaceName = "/", Action<RedisConnectionOptions>? configure = null, string prefix = "test")
    {
        var log = new LogSink();
        var node = new Node(kind.Create(configuration, log, configure, prefix), log) { Namespace = namespaceName };
        node.Receiver.NodeId = node.Backplane.NodeId;
        node.Link = node.Backplane.Open(namespaceName, node.Receiver);
        await node.Backplane.StartAsync(default).AsTask().WithDeadline();
        if (node.Backplane.State.IsConnected)
            await node.OpenAsync();
        return node;
    }

    public Task OpenAsync() => Link.OpenAsync(default).AsTask().WithDeadline();

    public Task SendAsync(params ClusterMessage[] messages) => Link.SendAsync(messages, default).AsTask().WithDeadline();

    /// <summary>A numbered event for clients, in any rooms.</summary>
    public ClusterMessage Event(RoomNames rooms = default, int? number = null, BroadcastFlags flags = default) => new()
    {
        Type = MessageType.Broadcast,
        Sender = Backplane.NodeId,
        Namespace = Namespace,
        Rooms = rooms,
        Channel = rooms.Count == 1 ? rooms[0] : null,
        Flags = flags,
        Data = new PacketData(JsonSerializer.SerializeToUtf8Bytes(new object[] { "ev", number ?? ++_lastNumber })),
    };

    public ClusterMessage Message(MessageType type, string? recipient = null, string? requestId = null, RoomNames toChange = default) => new()
    {
        Type = type,
        Sender = Backplane.NodeId,
        Namespace = Namespace,
        Recipient = recipient,
        RequestId = requestId,
        RoomsToChange = toChange,
        Data = type is MessageType.ServerSideEmit ? new PacketData("[\"note\"]"u8.ToArray()) : default,
    };

    public Task AwayAsync() => Deadlines.Eventually(() => !Backplane.State.IsConnected);

    public Task BackAsync() => Deadlines.Eventually(() => Backplane.State.IsConnected);

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync().AsTask().WithDeadline();
        await Backplane.DisposeAsync().AsTask().WithDeadline();
        Log.AssertNothingUnexpected();
        Assert.That(Receiver.Malformed, Is.Empty);
    }

    /// <summary>The number of an event.</summary>
    public static int Number(ClusterMessage message) => JsonSerializer.Deserialize<JsonElement[]>(Encoding.UTF8.GetString(message.Data.Json.Span))![1].GetInt32();
}
