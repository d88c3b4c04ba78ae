using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>The connections that read. They see the newest transaction that was complete when they began, and wait for nobody.</summary>
internal sealed class ReaderPool(SqliteFile file, int size) : IDisposable
{
    private readonly SemaphoreSlim _places = new(size);
    private readonly ConcurrentBag<Reader> _idle = [];

    /// <summary>Reads on a thread of the pool.</summary>
    /// <exception cref="TopicStoreException">The file can't be read.</exception>
    public async Task<T> ReadAsync<T>(Func<Reader, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Called when nothing is read any more.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var reader))
            reader.Dispose();
        _places.Dispose();
    }

    private T Read<T>(Func<Reader, T> read)
    {
        Reader? reader = null;
        try
        {
            if (!_idle.TryTake(out reader))
                reader = new Reader(file.Connect());
            var result = read(reader);
            _idle.Add(reader);
            return result;
        }
        catch (SqliteException exception)
        {
            reader?.Dispose();
            throw SqliteErrors.Translate(exception, "read");
        }
    }
}
