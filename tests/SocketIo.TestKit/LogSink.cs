using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SocketIo.TestKit;

/// <summary>Keeps what was logged, and knows which warnings a test expects.</summary>
public sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentQueue<string> _expected = new();

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    /// <summary>What is kept, from this level on.</summary>
    public LogLevel Level { get; set; } = LogLevel.Debug;

    /// <summary>A warning or error that contains this text is part of the test.</summary>
    public void Expect(string text) => _expected.Enqueue(text);

    public void AssertNothingUnexpected()
    {
        var unexpected = _entries
            .Where(entry => entry.Level >= LogLevel.Warning && !_expected.Any(text => entry.ToString().Contains(text, StringComparison.Ordinal)))
            .ToArray();
        if (unexpected.Length > 0)
            throw new InvalidOperationException("Logged unexpectedly: " + string.Join(Environment.NewLine, unexpected));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogSink sink, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= sink.Level;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            sink._entries.Enqueue(new LogEntry(logLevel, category, eventId.Id, formatter(state, exception), exception));
    }
}

/// <summary>One logged line.</summary>
public sealed record LogEntry(LogLevel Level, string Category, int Id, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}[{Id}] {Message} {Exception}";
}
