using System.Collections.Concurrent;

namespace SocketIo.Topics;

/// <summary>
/// The readings of pages: so many at once, however many receivers come back in the same moment. One that takes too long, and a page that
/// cannot be, fail as if the store were away.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="health">Is told when it does not answer.</param>
/// <param name="answers">Tells of pages that cannot be.</param>
/// <param name="limit">How long one takes at most, waiting for its turn included; of the system's clock, as disks and networks are.</param>
internal sealed class StoreReads(ITopicStore store, StoreHealth health, StoreAnswers answers, TimeSpan limit) : IDisposable
{
    // Pages that are in memory at once; more would not be read faster.
    private const int AtOnce = 32;
    private const int PageBytes = 256 * 1024;

    private readonly SemaphoreSlim _places = new(AtOnce);

    // what was said of a topic whose pages cannot be, so that it is said once
    private readonly ConcurrentDictionary<TopicName, string> _faults = new();

    public async Task<TopicPage> ReadAsync(TopicName topic, long after, int count, CancellationToken cancellationToken)
    {
        var page = await ReadInTimeAsync(topic, after, count, cancellationToken).ConfigureAwait(false);
        ThrowIfImpossible(topic, after, count, page);
        return page;
    }

    public void Dispose() => _places.Dispose();

    private async Task<TopicPage> ReadInTimeAsync(TopicName topic, long after, int count, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(limit);
        try
        {
            await _places.WaitAsync(ends.Token).ConfigureAwait(false);
            return await ReadHereAsync(topic, after, count, ends.Token).WaitAsync(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = new TopicStoreException($"It did not read events of the topic {topic} within {limit.TotalSeconds} s.");
            health.Failed(failure);
            throw failure;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            health.Failed(exception);
            throw;
        }
    }

    // The place is taken until the store comes back, also when nobody waits for it any more: else those that hang would become more and more.
    private async Task<TopicPage> ReadHereAsync(TopicName topic, long after, int count, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(topic, after, count, PageBytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    private void ThrowIfImpossible(TopicName topic, long after, int count, in TopicPage page)
    {
        if (StoreAnswers.FindFault(page, after, count) is not { } fault)
        {
            if (!_faults.IsEmpty)
                _faults.TryRemove(topic, out _);
            return;
        }
        if (!_faults.TryGetValue(topic, out var known) || known != fault)
            answers.Report(topic, fault);
        _faults[topic] = fault;
        throw answers.Failure(fault);
    }
}
