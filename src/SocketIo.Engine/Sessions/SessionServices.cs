using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// The <c>RequestServices</c> of a session's <see cref="EngineSession.HttpContext"/>: a scope of the session's own, made when somebody
/// asks for a service, and ended with the session. The request has one, too, but ends earlier on most transports.
/// </summary>
internal sealed class SessionServices(IServiceScopeFactory? scopes, ILogger logger, IServiceProvidersFeature? replaced, bool hasEnded) : IServiceProvidersFeature
{
    // guarded by this
    private AsyncServiceScope? _scope;
    private bool _hasEnded = hasEnded;

    /// <summary>What a request that still lasts had in this place.</summary>
    public IServiceProvidersFeature? Replaced => replaced;

    public IServiceProvider RequestServices
    {
        get
        {
            lock (this)
            {
                if (_hasEnded)
                    throw new ObjectDisposedException(
                        nameof(RequestServices), "The session has ended, and its services with it. What outlives it needs a scope of an IServiceScopeFactory.");
                _scope ??= (scopes ?? throw new InvalidOperationException("The server was made without services.")).CreateAsyncScope();
                return _scope.Value.ServiceProvider;
            }
        }
        set => throw new NotSupportedException("The services of a session are its own.");
    }

    /// <summary>Ends the scope, if there is one, on a thread of the pool: what it disposes is the application's code.</summary>
    public void End()
    {
        AsyncServiceScope? scope;
        lock (this)
        {
            _hasEnded = true;
            scope = _scope;
            _scope = null;
        }
        if (scope is { } made)
            _ = Task.Run(() => DisposeAsync(made));
    }

    private async Task DisposeAsync(AsyncServiceScope scope)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.ServicesFailed(logger, exception);
        }
    }
}
