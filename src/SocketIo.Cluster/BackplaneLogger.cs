using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SocketIo.Cluster;

/// <summary>
/// A backplane's logger, which never throws: whoever logs there reads or sends for all clients, and an exception would end that for good.
/// </summary>
internal sealed class BackplaneLogger(ILogger logger) : ILogger
{
    /// <summary>A logger of that category; one that does nothing where there are no loggers.</summary>
    public static ILogger Of(ILoggerFactory? loggers, Type category) =>
        loggers is null ? NullLogger.Instance : new BackplaneLogger(loggers.CreateLogger(category));

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

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // there is nobody to tell
        }
    }
}
