using System.Runtime.CompilerServices;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>Values that handlers report to their test, taken in order.</summary>
internal sealed class Signal<T>
{
    private readonly System.Threading.Channels.Channel<T> _values = System.Threading.Channels.Channel.CreateUnbounded<T>();

    public void Set(T value) => _values.Writer.TryWrite(value);

    /// <summary>For handlers that are asked for a task.</summary>
    public Task SetAsync(T value)
    {
        Set(value);
        return Task.CompletedTask;
    }

    /// <summary>Takes the next value, waiting for it if need be.</summary>
    public Task<T> NextAsync([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        _values.Reader.ReadAsync().AsTask().WithDeadline(null, file, line);

    /// <summary>Whether no value waits to be taken.</summary>
    public bool IsEmpty => _values.Reader.Count == 0;
}
