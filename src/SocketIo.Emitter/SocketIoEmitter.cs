using System.Collections.Concurrent;
using System.Text.Json;
using SocketIo.Cluster;

namespace SocketIo.Emitter;

/// <summary>
/// Emits to the clients of a cluster from a process that is no server, such as a worker or a console program. It sends only: clients'
/// acknowledgements and servers' answers do not come here. Thread-safe; one for a process.
/// </summary>
/// <remarks>
/// What one thread emits reaches each client in that order, as far as the backplane keeps it. Nothing waits while the backplane is away:
/// the call throws.
/// </remarks>
public sealed class SocketIoEmitter : IAsyncDisposable
{
    private readonly Backplane _backplane;
    private readonly ConcurrentDictionary<string, EmitterLink> _links = new(StringComparer.Ordinal);

    private SocketIoEmitter(Backplane backplane, JsonSerializerOptions? options)
    {
        _backplane = backplane;
        Arguments = new EmitterArguments(options);
    }

    /// <summary>Whether the backplane can be used now.</summary>
    public BackplaneState State => _backplane.State;

    internal EmitterArguments Arguments { get; }

    /// <summary>All clients of the main namespace.</summary>
    public EmitterOperator Broadcast => Of("/");

    /// <summary>Connects.</summary>
    /// <param name="backplane">The same kind with the same options as the servers'; the emitter disposes it.</param>
    /// <param name="options">How arguments become JSON; null writes names in camel case.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Completes when connected, or when the first attempt failed: then it goes on by itself, and <see cref="State"/> tells.</returns>
    /// <exception cref="Exception">The backplane can never be used with these options.</exception>
    public static async Task<SocketIoEmitter> ConnectAsync(
        Backplane backplane, JsonSerializerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(backplane);
        var emitter = new SocketIoEmitter(backplane, options);
        try
        {
            await backplane.StartAsync(cancellationToken).ConfigureAwait(false);
            return emitter;
        }
        catch
        {
            await emitter.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>All clients of a namespace.</summary>
    /// <param name="namespaceName">Its name; the slash in front may be left out.</param>
    public EmitterOperator Of(string namespaceName)
    {
        ArgumentNullException.ThrowIfNull(namespaceName);
        return new EmitterOperator(this, namespaceName.StartsWith('/') ? namespaceName : "/" + namespaceName);
    }

    /// <inheritdoc cref="EmitterOperator.To"/>
    public EmitterOperator To(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="EmitterOperator.To"/>
    public EmitterOperator In(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="EmitterOperator.Except"/>
    public EmitterOperator Except(params ReadOnlySpan<string> rooms) => Broadcast.Except(rooms);

    /// <inheritdoc cref="EmitterOperator.EmitAsync(string)"/>
    public ValueTask EmitAsync(string eventName) => Broadcast.EmitAsync(eventName);

    /// <inheritdoc cref="EmitterOperator.EmitAsync{T1}(string, T1)"/>
    public ValueTask EmitAsync<T1>(string eventName, T1 arg1) => Broadcast.EmitAsync(eventName, arg1);

    /// <inheritdoc cref="EmitterOperator.EmitAsync(string, ReadOnlySpan{object?})"/>
    public ValueTask EmitAsync(string eventName, params ReadOnlySpan<object?> arguments) => Broadcast.EmitAsync(eventName, arguments);

    /// <summary>Disconnects. What was not sent yet fails.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links.Values)
            await link.DisposeAsync().ConfigureAwait(false);
        await _backplane.DisposeAsync().ConfigureAwait(false);
    }

    internal ValueTask SendAsync(ClusterMessage message) =>
        new(_links.GetOrAdd(message.Namespace, name => new EmitterLink(_backplane, _backplane.Open(name, null))).SendAsync(message));
}
