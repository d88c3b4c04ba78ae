using System.Diagnostics.Metrics;

namespace SocketIo.Topics;

/// <summary>How long topics are, and how far behind their subscriptions, as the last look at the store has found: for metrics.</summary>
internal sealed class TopicSurvey
{
    // A time series each: more would burden whoever collects them. The first by name.
    private const int MaxTopics = 1000;

    // of the look that is under way
    private List<Row> _rows = [];
    private Row[] _seen = [];

    public void Add(TopicInfo topic, long lag)
    {
        if (_rows.Count < MaxTopics)
            _rows.Add(new(topic, lag));
    }

    /// <summary>The look has ended: what it has found counts.</summary>
    public void Publish()
    {
        Volatile.Write(ref _seen, [.. _rows]);
        _rows = [];
    }

    public IEnumerable<Measurement<long>> Lengths() => Volatile.Read(ref _seen).Select(static row => row.Of(row.Topic.Kept.Count));

    public IEnumerable<Measurement<long>> Bytes() => Volatile.Read(ref _seen).Select(static row => row.Of(row.Topic.Bytes));

    public IEnumerable<Measurement<long>> Lags() => Volatile.Read(ref _seen).Select(static row => row.Of(row.Lag));

    private readonly record struct Row(TopicInfo Topic, long Lag)
    {
        public Measurement<long> Of(long value) => new(value, new("namespace", Topic.Topic.Namespace), new("topic", Topic.Topic.Name));
    }
}
