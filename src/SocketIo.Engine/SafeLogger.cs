using Microsoft.Extensions.Logging;

namespace SocketIo.Engine;

/// <summary>
/// A logger that never throws. The logging of Microsoft.Extensions passes on what a provider throws, and whoever logs here serves
/// other clients too: a poller, the heartbeat, a drain.
/// </summary>
internal sealed class SafeLogger(ILogger logger) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            LogWithout(exception, logLevel, eventId, state, formatter);
        }
    }

    /// <summary>An exception of the application may throw from what says what it is; its line comes all the same.</summary>
    private void LogWithout<TState>(
        Exception? exception, LogLevel logLevel, EventId eventId, TState state, Func<TState, Exception?, string> formatter)
    {
        if (exception is null || CanBeWritten(exception))
            return;
        try
        {
            var standIn = new InvalidOperationException($"It was a {exception.GetType()}, whose message or ToString throws.");
            logger.Log(logLevel, eventId, state, standIn, formatter);
        }
        catch (Exception)
        {
            // there is nobody left to tell
        }
    }

    private static bool CanBeWritten(Exception exception)
    {
        try
        {
            _ = exception.Message + exception;
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
