namespace SocketIo.Topics.Appender;

internal sealed class NoNews : ITopicNews
{
    public void Changed(TopicName topic, long last)
    {
    }

    public void Lost()
    {
    }
}
