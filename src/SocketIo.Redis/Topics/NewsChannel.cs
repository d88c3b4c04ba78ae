using System.Buffers.Text;
using System.Text;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>Hears of what all servers have stored.</summary>
internal sealed class NewsChannel(TopicKeys keys, TopicStoreContext context) : IChannelHandler
{
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
            Log.BadNews(context.Logger, keys.Channel);
        }
    }
}
