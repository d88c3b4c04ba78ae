using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SocketIo.TestKit;

/// <summary>A logger that calls the test at each line of ours.</summary>
public sealed class CallingLog : ILoggerProvider, ILogger
{
    public Action? Called { get; set; }

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("SocketIo", StringComparison.Ordinal) ? this : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Called?.Invoke();

    public void Dispose()
    {
    }
}
