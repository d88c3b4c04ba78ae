using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.Handlers;

/// <summary>Makes a scope and an instance of a handler class for each event, and disposes both afterwards.</summary>
/// <param name="services">Where the scopes are made.</param>
/// <param name="factory">Makes an instance in a scope.</param>
internal sealed class HandlerFactory<T>(IServiceProvider services, ObjectFactory<T> factory) where T : class
{
    /// <summary>Runs a handler and acknowledges; instance and scope are disposed behind the acknowledgement.</summary>
    /// <returns>Completes when they are disposed, and does not fail.</returns>
    public ValueTask RunAsync<TReturn, TValue, TAdapter>(in EventCall call, Func<T, TReturn> run) where TAdapter : IHandlerResult<TReturn, TValue> =>
        RunAsync<TReturn, TValue, TAdapter>(call.Socket, call.EventName, call.Ack, run);

    private async ValueTask RunAsync<TReturn, TValue, TAdapter>(Socket socket, string eventName, AckReply ack, Func<T, TReturn> run)
        where TAdapter : IHandlerResult<TReturn, TValue>
    {
        var scope = services.CreateAsyncScope();
        T? handlers = null;
        try
        {
            handlers = factory(scope.ServiceProvider, null);
            await TAdapter.Acknowledge(run(handlers), ack).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // not behind a disposal that may hang, or throw in its turn
            socket.Report(exception, eventName);
        }
        await DisposeAsync(handlers, socket, eventName).ConfigureAwait(false);
        await DisposeAsync(scope, socket, eventName).ConfigureAwait(false);
    }

    // The scope does not know the instance.
    private static async ValueTask DisposeAsync<TDisposable>(TDisposable disposable, Socket socket, string eventName)
    {
        try
        {
            if (disposable is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync().ConfigureAwait(false);
            else
                (disposable as IDisposable)?.Dispose();
        }
        catch (Exception exception)
        {
            socket.ReportDisposal(exception, eventName);
        }
    }
}
