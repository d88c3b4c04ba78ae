using Microsoft.Extensions.Logging;

namespace SocketIo.Topics;

/// <summary>
/// Finds answers of a store that cannot be: a write with one fails instead of misleading receivers. Used where batches are executed, one at
/// a time.
/// </summary>
internal sealed class StoreAnswers(ITopicStore store, ILogger logger)
{
    /// <summary>Sequences begin at 1, and those that one server stores grow for as long as the topic has a subscription.</summary>
    /// <param name="append">What was written.</param>
    /// <param name="topic">Its topic, if it has receivers here.</param>
    public void Check(AppendEvent append, Topic? topic)
    {
        if (append.Error is not null)
            return;
        var before = append.IsDuplicate ? 0 : topic?.LastOwn ?? 0;
        if (append.Sequence <= before)
            Fail(append, append.Topic, $"an event with the sequence {append.Sequence}, which must be above {before}");

        // a store that was put back to an older state goes on from there
        if (!append.IsDuplicate && append.Sequence > 0 && topic is not null)
            topic.LastOwn = append.Sequence;
    }

    /// <summary>A cursor is behind an event, or at the beginning.</summary>
    public void Check(MoveCursor move)
    {
        if (move.Error is null && move.Cursor < 0)
            Fail(move, move.Subscription.Topic, $"the cursor {move.Cursor}");
    }

    /// <summary>A subscription begins within its topic, unless it waits for a sequence that is still to come.</summary>
    /// <param name="attach">What was written.</param>
    /// <param name="topic">Its topic.</param>
    public void Check(AttachSubscriber attach, Topic? topic)
    {
        if (attach.Error is not null || attach.IsOtherKind)
            return;

        // one that was there before may wait for a sequence too
        var limit = attach.IsNew ? Math.Max(attach.Kept.Last, attach.Start.Sequence - 1) : long.MaxValue - 1;
        if (attach.Cursor < 0 || attach.Cursor > limit || string.IsNullOrEmpty(attach.TopicId))
            Fail(attach, attach.Subscription.Topic, $"the cursor {attach.Cursor} in the topic \"{attach.TopicId}\", which ends at {attach.Kept.Last}");
        else if (topic is not null)
            topic.LastOwn = Math.Max(topic.LastOwn, attach.Kept.Last);
    }

    /// <summary>A page holds events without holes, behind the place, each a JSON array.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? FindFault(in TopicPage page, long after, int count)
    {
        if (page.Events is null)
            return "no list of events";
        if (page.Events.Count > count)
            return $"{page.Events.Count} events, which must be {count} at most";
        var before = after;
        foreach (var stored in page.Events)
        {
            if (before == after ? stored.Sequence <= after : stored.Sequence != before + 1)
                return $"the event {stored.Sequence} behind the event {before}";
            if (stored.Data.Json.Span is not [(byte)'[', .., (byte)']'])
                return $"the event {stored.Sequence}, which is no array";
            before = stored.Sequence;
        }
        return null;
    }

    /// <summary>Logs an answer that cannot be.</summary>
    public void Report(TopicName topic, string answer) => Log.ImpossibleAnswer(logger, store.Name, topic, answer);

    /// <summary>What becomes of who has asked.</summary>
    public TopicStoreException Failure(string answer, bool mayBeStored = false) =>
        new($"The topic store {store.Name} gave an answer that cannot be: {answer}.") { MayBeStored = mayBeStored };

    private void Fail(TopicOperation operation, TopicName topic, string answer)
    {
        Report(topic, answer);
        operation.Error = Failure(answer, mayBeStored: true);
    }
}
