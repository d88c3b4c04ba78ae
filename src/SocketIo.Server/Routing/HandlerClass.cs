using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.Routing;

/// <summary>The events of a handler class: makes a scope and an instance for each, and takes both away afterwards.</summary>
internal sealed class HandlerClass<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T> : IEventMap<T>
    where T : SocketHandlers<T>
{
    private static readonly ObjectFactory<T> Factory = ActivatorUtilities.CreateFactory<T>([]);

    private readonly Namespace _namespace;
    private readonly IServiceProvider _services;

    private HandlerClass(Namespace @namespace, IServiceProvider services)
    {
        _namespace = @namespace;
        _services = services;
    }

    /// <summary>Makes an instance to ask it for its events, once, while the application starts.</summary>
    public static void Register(Namespace @namespace, IServiceProvider services)
    {
        var map = new HandlerClass<T>(@namespace, services);
        map.RunAsync(handlers =>
        {
            handlers.MapInto(map);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
    }

    public IEventMap<T> Event(string eventName, Func<T, Socket, Task> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket) => RunAsync(handlers => handler(handlers, socket))));

    public IEventMap<T> Event<T1>(string eventName, Func<T, Socket, T1, Task> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket, T1 arg1) => RunAsync(handlers => handler(handlers, socket, arg1))));

    public IEventMap<T> Event<T1, T2>(string eventName, Func<T, Socket, T1, T2, Task> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket, T1 arg1, T2 arg2) => RunAsync(handlers => handler(handlers, socket, arg1, arg2))));

    public IEventMap<T> Event<T1, T2, T3>(string eventName, Func<T, Socket, T1, T2, T3, Task> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket, T1 arg1, T2 arg2, T3 arg3) => RunAsync(handlers => handler(handlers, socket, arg1, arg2, arg3))));

    public IEventMap<T> Event<TResult>(string eventName, Func<T, Socket, Task<TResult>> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket) => RunAsync(handlers => handler(handlers, socket))));

    public IEventMap<T> Event<T1, TResult>(string eventName, Func<T, Socket, T1, Task<TResult>> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket, T1 arg1) => RunAsync(handlers => handler(handlers, socket, arg1))));

    public IEventMap<T> Event<T1, T2, TResult>(string eventName, Func<T, Socket, T1, T2, Task<TResult>> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket, T1 arg1, T2 arg2) => RunAsync(handlers => handler(handlers, socket, arg1, arg2))));

    public IEventMap<T> Event<T1, T2, T3, TResult>(string eventName, Func<T, Socket, T1, T2, T3, Task<TResult>> handler) =>
        Add(eventName, handler, EventBodies.Of((Socket socket, T1 arg1, T2 arg2, T3 arg3) => RunAsync(handlers => handler(handlers, socket, arg1, arg2, arg3))));

    private HandlerClass<T> Add(string eventName, Delegate source, EventBody body)
    {
        _namespace.Add(eventName, new EventListener(source, body, isOnce: false));
        return this;
    }

    private async Task RunAsync(Func<T, Task> run)
    {
        var scope = _services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var handlers = Factory(scope.ServiceProvider, null);
            await using (Disposal.Of(handlers).ConfigureAwait(false))
                await run(handlers).ConfigureAwait(false);
        }
    }

    private async Task<TResult> RunAsync<TResult>(Func<T, Task<TResult>> run)
    {
        var scope = _services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var handlers = Factory(scope.ServiceProvider, null);
            await using (Disposal.Of(handlers).ConfigureAwait(false))
                return await run(handlers).ConfigureAwait(false);
        }
    }

    /// <summary>Disposes an instance that the scope does not know, whichever way it can be.</summary>
    private readonly struct Disposal(object instance) : IAsyncDisposable
    {
        public static Disposal Of(object instance) => new(instance);

        public ValueTask DisposeAsync()
        {
            if (instance is IAsyncDisposable asyncDisposable)
                return asyncDisposable.DisposeAsync();
            (instance as IDisposable)?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
