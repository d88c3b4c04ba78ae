using System.Collections.Concurrent;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>Keeps what a store told.</summary>
public sealed class NewsRecorder : ITopicNews
{
    private readonly ConcurrentQueue<(TopicName Topic, long Last)> _changes = new();
    private int _lost;

    public int LostCount => Volatile.Read(ref _lost);

    public void Changed(TopicName topic, long last) => _changes.Enqueue((topic, last));

    public void Lost() => Interlocked.Increment(ref _lost);

    public int CountOf(TopicName topic) => _changes.Count(one => one.Topic == topic);

    /// <summary>The last event of a topic that was told of; zero when none was.</summary>
    public long LastOf(TopicName topic) => _changes.Where(one => one.Topic == topic).Select(static one => one.Last).DefaultIfEmpty().Max();

    /// <summary>Waits until the store has told of an event of a topic.</summary>
    public Task ToldAsync(TopicName topic, long last) =>
        Deadlines.Eventually(() => _changes.Any(one => one.Topic == topic && one.Last >= last));
}
