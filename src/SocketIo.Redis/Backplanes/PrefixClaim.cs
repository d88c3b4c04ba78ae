using SocketIo.Cluster.Sessions;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Backplanes;

/// <summary>
/// Keeps kinds of backplanes apart that would read each other's messages. Each server subscribes to a channel that names its kind, so
/// that others see it; JavaScript nodes are known by the channels of the main namespace.
/// </summary>
internal sealed class PrefixClaim
{
    private readonly string _own;
    private readonly (string Channel, string Kind)[] _others;

    private PrefixClaim(string own, (string Channel, string Kind)[] others) => (_own, _others) = (own, others);

    public static PrefixClaim Classic(string prefix) => new(
        Kind(prefix, "classic"),
        [
            (Kind(prefix, "streams"), "Redis Streams"),
            ($"{prefix}#/#", "Redis Streams"),
        ]);

    public static PrefixClaim Sharded(string prefix, RoomChannels rooms) => new(
        Kind(prefix, $"sharded-{rooms}"),
        [
            (Kind(prefix, "streams-sharded"), "Redis Streams with sharded pub/sub"),
            .. Enum.GetValues<RoomChannels>().Where(other => other != rooms).Select(other =>
                (Kind(prefix, $"sharded-{other}"), $"sharded pub/sub with {nameof(RoomChannels)}.{other}")),
        ]);

    public static PrefixClaim Streams(string prefix, bool isSharded) => isSharded
        ? new(
            Kind(prefix, "streams-sharded"),
            [.. Enum.GetValues<RoomChannels>().Select(rooms => (Kind(prefix, $"sharded-{rooms}"), "sharded pub/sub"))])
        : new(
            Kind(prefix, "streams"),
            [
                (Kind(prefix, "classic"), "Redis pub/sub"),
                ($"{prefix}-request#/#", "Redis pub/sub"),
            ]);

    /// <summary>Looks who is there, and says who this is.</summary>
    /// <exception cref="BackplaneRefusedException">Somebody is there with whom the messages would mix.</exception>
    public async Task MakeAsync(RedisSession session, CancellationToken cancellationToken)
    {
        // first said, then looked: of two that come at once at least one sees the other
        if (session.Main.Subscriber is not null)
            await session.SubscribeAsync(ChannelKind.Channel, _own, Silent.Instance).WaitAsync(cancellationToken).ConfigureAwait(false);
        foreach (var other in _others)
        {
            var counts = await session.CountSubscribersAsync("NUMSUB", [other.Channel], cancellationToken).ConfigureAwait(false);
            if (counts[0] > 0)
                throw new BackplaneRefusedException(
                    $"Other servers use the prefix of {other.Channel} with {other.Kind}, whose messages would mix with these. Give each kind a prefix of its own.");
        }
    }

    private static string Kind(string prefix, string kind) => $"{prefix}-kind#{kind}#";

    private sealed class Silent : IChannelHandler
    {
        public static Silent Instance { get; } = new();

        public void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
        {
            // nothing is published there
        }
    }
}
