using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Classic;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using SocketIo.Redis.Sharded;
using SocketIo.Redis.Streams;

namespace SocketIo.Redis.Tests.Formats;

/// <summary>
/// What JavaScript nodes sent is read, and what a link writes for the same message is the same command: channel, bytes and all.
/// </summary>
public class SampleTests
{
    private static readonly RedisHost Host = new(NullLogger.Instance, TimeProvider.System);
    private static readonly string[] ShardedModes = ["static", "dynamic", "dynamic-private"];

    private static IEnumerable<TestCaseData> Classic() => Samples.Published("redis");

    private static IEnumerable<TestCaseData> ClassicOnOwnChannels() => Samples.Published("redis-specific");

    private static IEnumerable<TestCaseData> Sharded() => ShardedModes.SelectMany(mode =>
        Samples.Published("redis-sharded-" + mode).Select(data => new TestCaseData(mode, data.Arguments[0], data.Arguments[1])
            .SetArgDisplayNames(mode, (string)data.Arguments[0]!, data.TestName ?? "")));

    private static IEnumerable<TestCaseData> Ephemeral() => Samples.Published("redis-streams");

    private static IEnumerable<TestCaseData> Added() => Samples.Added("redis-streams");

    [TestCaseSource(nameof(Classic))]
    public void A_message_on_pub_sub_is_written_as_it_was_read(string channel, byte[] bytes) =>
        AssertClassic(channel, bytes, answersOnOwnChannels: false);

    [TestCaseSource(nameof(ClassicOnOwnChannels))]
    public void A_message_on_pub_sub_with_own_channels_is_written_as_it_was_read(string channel, byte[] bytes) =>
        AssertClassic(channel, bytes, answersOnOwnChannels: channel.Count(c => c == '#') == 3);

    [TestCaseSource(nameof(Sharded))]
    public void A_message_on_sharded_pub_sub_is_written_as_it_was_read(string mode, string channel, byte[] bytes)
    {
        var options = new RedisShardedOptions
        {
            RoomChannels = mode switch { "static" => RoomChannels.None, "dynamic" => RoomChannels.Public, _ => RoomChannels.All },
        };
        Assert.That(MixedFormat.TryRead(bytes, out var message, out var error), error);
        var link = (ShardedLink)new ShardedBackplane(options, Host).Open(message!.Namespace, null);
        AssertPublished(link, Command.With(message, Recipient(message, channel)), "SPUBLISH", channel, bytes);
    }

    [TestCaseSource(nameof(Ephemeral))]
    public void A_message_beside_a_stream_is_written_as_it_was_read(string channel, byte[] bytes)
    {
        Assert.That(ClusterMessagePack.TryRead(bytes, out var message, out var error), error);
        var link = (StreamsLink)new StreamsBackplane(new RedisStreamsOptions(), Host).Open(message!.Namespace, null);
        AssertPublished(link, Command.With(message, Recipient(message, channel)), "PUBLISH", channel, bytes);
    }

    [TestCaseSource(nameof(Added))]
    public void An_entry_is_written_as_it_was_read(string[] arguments)
    {
        var reply = new RespWriter();
        reply.Begin(1);
        reply.Begin(2);
        reply.Text("1-0");
        reply.Command(arguments.AsSpan(5));
        var entry = StreamTail.ReadEntries(new RespReader(reply.Written.Span))[0];
        Assert.That(entry.TryRead(out var message, out var error), error);
        // volatile ones are not kept, other than by JavaScript nodes
        if (!StreamsLink.IsKept(message!))
        {
            Assert.That(message!.Flags.IsVolatile || message.Type is MessageType.ServerSideEmit);
            return;
        }

        Assert.That(message!.Offset, Is.EqualTo(message.Type is MessageType.Broadcast ? "1-0" : null));
        var options = new RedisStreamsOptions { MaxLength = int.Parse(arguments[3]) };
        var link = (StreamsLink)new StreamsBackplane(options, Host).Open(message.Namespace, null);
        var written = Command.Of(link, message).Select(Encoding.UTF8.GetString).ToArray();
        Assert.That(WithoutNamespaceInPacket(written), Is.EqualTo((string[])["XADD", .. WithoutNamespaceInPacket(arguments)]));
    }

    // emitters name the namespace in the packet, too, and the options in another order
    private static string[] WithoutNamespaceInPacket(string[] parts)
    {
        if (!parts.Contains("emitter"))
            return parts;
        parts[^1] = parts[^1].StartsWith('{') ? string.Concat(parts[^1].Replace(",\"nsp\":\"/\"", "").Order()) : "";
        return parts;
    }

    private static void AssertClassic(string channel, byte[] bytes, bool answersOnOwnChannels)
    {
        var name = channel.Split('#')[1];
        var link = (ClassicLink)new ClassicBackplane(new RedisOptions { AnswerOnOwnChannels = answersOnOwnChannels }, Host).Open(name, null);
        var (message, recipient) = ReadClassic(channel, name, bytes);
        if (message.Sender == ClusterMessage.EmitterId && message.Type is MessageType.Broadcast)
            Assert.That(Command.Of(link, message)[2], Has.Length.EqualTo(bytes.Length)); // the options in another order
        else
            AssertPublished(link, Command.With(message, recipient), "PUBLISH", channel, bytes);
    }

    private static (ClusterMessage Message, string? Recipient) ReadClassic(string channel, string name, byte[] bytes)
    {
        ClusterMessage? message;
        string? error;
        if (channel.Contains("-request#", StringComparison.Ordinal))
            ClassicFormat.TryReadRequest(bytes, name, out _, out message, out error);
        else if (channel.Contains("-response#", StringComparison.Ordinal))
            ClassicFormat.TryReadAnswer(bytes, name, out message, out error);
        else
            ClassicFormat.TryReadBroadcast(bytes, out message, out error);
        Assert.That(message, Is.Not.Null, error);
        Assert.That(message!.Namespace, Is.EqualTo(name));
        return (message, channel.Contains("-response#", StringComparison.Ordinal) ? channel.Split('#')[2] : null);
    }

    private static string? Recipient(ClusterMessage message, string channel) =>
        message.Type is MessageType.FetchSocketsResponse or >= MessageType.ServerSideEmitResponse ? channel.Split('#')[2] : null;

    private static void AssertPublished(RedisLink link, ClusterMessage message, string command, string channel, byte[] bytes)
    {
        var parts = Command.Of(link, message);
        Assert.That(Encoding.UTF8.GetString(parts[0]), Is.EqualTo(command));
        Assert.That(Encoding.UTF8.GetString(parts[1]), Is.EqualTo(channel));
        Assert.That(Convert.ToHexString(parts[2]), Is.EqualTo(Convert.ToHexString(bytes)), () => Encoding.UTF8.GetString(parts[2]));
    }
}
