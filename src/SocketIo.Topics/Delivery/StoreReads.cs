namespace SocketIo.Topics;

/// <summary>The readings of pages: so many at once, however many receivers come back in the same moment.</summary>
internal sealed class StoreReads(ITopicStore store, StoreHealth health) : IDisposable
{
    // Pages that are in memory at once; more would not be read faster.
    private const int AtOnce = 32;
    private const int PageBytes = 256 * 1024;

    private readonly SemaphoreSlim _places = new(AtOnce);

    public async Task<TopicPage> ReadAsync(TopicName topic, long after, int count, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await store.ReadAsync(topic, after, count, PageBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            health.Failed(exception);
            throw;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
