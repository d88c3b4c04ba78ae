using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SocketIo.TestKit;

/// <summary>A logger of which every line of ours throws, and none of the framework's.</summary>
public sealed class ThrowingLog : ILoggerProvider, ILogger
{
    private int _lines;

    /// <summary>How often it threw.</summary>
    public int Lines => Volatile.Read(ref _lines);

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("SocketIo", StringComparison.Ordinal) ? this : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Interlocked.Increment(ref _lines);
        throw new InvalidOperationException("of a logger");
    }

    public void Dispose()
    {
    }
}
