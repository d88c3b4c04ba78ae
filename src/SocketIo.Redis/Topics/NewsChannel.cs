using System.Buffers.Text;
using System.Text;
using SocketIo.Cluster;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>Hears of what all servers have stored.</summary>
internal sealed class NewsChannel(TopicKeys keys, TopicStoreContext context) : IChannelHandler
{
    // whoever writes many must not fill the log
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Tally _bad = new();

    // The last sequence, a space, the topic's name: what the scripts tell. The channel is open to whoever may use Redis.
    public void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        if (Utf8Parser.TryParse(payload, out long last, out var length)
            && length < payload.Length && payload[length] == ' '
            && TopicKeys.Parse(Encoding.UTF8.GetString(payload[(length + 1)..])) is { } topic)
        {
            context.News.Changed(topic, last);
        }
        else
        {
            _bad.Add(1);
            if (_bad.TryTake(context.Time, Interval, out var count, out _))
                Log.BadNews(context.Logger, count, keys.Channel);
        }
    }
}
