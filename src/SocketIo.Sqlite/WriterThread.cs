using System.Diagnostics.CodeAnalysis;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>
/// The thread that writes. SQLite blocks while the disk does, and a thread of the pool that is blocked most of the time would be missed there.
/// </summary>
internal sealed class WriterThread : IDisposable
{
    private readonly Func<BatchWriter> _open;
    private readonly Action _check;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly Thread _thread;

    // Set by the caller, of whom there is one at a time, before the semaphore is released; taken by the thread behind it.
    private TopicBatch? _batch;
    private TaskCompletionSource _done = new();

    // the thread's alone
    private BatchWriter? _writer;

    /// <param name="writer">The first one.</param>
    /// <param name="open">Makes another when one has failed.</param>
    /// <param name="check">Throws where the file must not be written; called before each batch.</param>
    public WriterThread(BatchWriter writer, Func<BatchWriter> open, Action check)
    {
        _writer = writer;
        _open = open;
        _check = check;
        _thread = new Thread(Run) { IsBackground = true, Name = "SQLite writer" };
        _thread.Start();
    }

    public Task ExecuteAsync(TopicBatch batch)
    {
        // The caller goes on here, on the thread: it prepares the next batch, while nothing else would run.
        _done = new TaskCompletionSource();
        _batch = batch;
        _asked.Release();
        return _done.Task;
    }

    /// <summary>Ends the thread, behind a batch that is on its way.</summary>
    public void Dispose()
    {
        _asked.Release();
        _thread.Join();
        _asked.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _asked.Wait();
            if (_batch is not { } batch)
                break;
            _batch = null;
            Execute(batch, _done);
        }
        _writer?.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Everything reaches the caller.")]
    private void Execute(TopicBatch batch, TaskCompletionSource done)
    {
        try
        {
            _check();
            (_writer ??= _open()).Execute(batch);
        }
        catch (Exception exception)
        {
            Reset();
            done.SetException(exception);
            return;
        }
        done.SetResult();
    }

    // After an error of the disk a connection's view of the file can't be trusted. A new one costs less than to tell the errors apart.
    private void Reset()
    {
        _writer?.Dispose();
        _writer = null;
    }
}
