using System.Diagnostics.Metrics;

namespace SocketIo.Topics;

/// <summary>The meter "SocketIo.Topics".</summary>
internal sealed class TopicMetrics
{
    public const string MeterName = "SocketIo.Topics";

    private readonly Counter<long> _stored;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _unacknowledged;

    public TopicMetrics(Meter meter, Func<int> queued, Func<int> subscriptions, TopicSurvey survey)
    {
        _stored = meter.CreateCounter<long>("socketio.topics.stored", "{event}", "Events that were stored by this server.");
        _duplicates = meter.CreateCounter<long>("socketio.topics.duplicates", "{event}", "Events that were not stored since their key was known.");
        _missed = meter.CreateCounter<long>("socketio.topics.missed", "{event}", "Events that were deleted before their subscription got them.");
        _unacknowledged = meter.CreateCounter<long>("socketio.topics.unacknowledged", "{receiver}", "Receivers that did not acknowledge in time.");
        meter.CreateObservableGauge("socketio.topics.queued", queued, "{write}", "Writes that wait for the store.");
        meter.CreateObservableGauge("socketio.topics.subscriptions", subscriptions, "{subscription}", "Subscriptions that have receivers on this server.");
        meter.CreateObservableGauge("socketio.topics.length", survey.Lengths, "{event}", "Events that a topic keeps, as of the last cleanup.");
        meter.CreateObservableGauge("socketio.topics.size", survey.Bytes, "By", "Bytes that a topic keeps, as of the last cleanup.");
        meter.CreateObservableGauge("socketio.topics.lag", survey.Lags, "{event}", "Events that the subscription of a topic that is farthest behind has not acknowledged, as of the last cleanup.");
    }

    public void Stored(int count) => Add(_stored, count);

    public void Duplicates(int count) => Add(_duplicates, count);

    public void Missed(long count) => Add(_missed, count);

    public void Unacknowledged() => Add(_unacknowledged, 1);

    private static void Add(Counter<long> counter, long count)
    {
        if (!counter.Enabled || count == 0)
            return;
        try
        {
            counter.Add(count);
        }
        catch (Exception)
        {
            // a listener of the application threw; what is counted goes on
        }
    }
}
