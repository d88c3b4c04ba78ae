using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Cluster.Nodes;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Handlers;
using SocketIo.Hosting;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Routing;
using SocketIo.Topics;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo;

/// <summary>
/// The server: the default namespace "/", and the way to the others. Made by <see cref="SocketIoExtensions.AddSocketIo"/>, a singleton that can be injected
/// anywhere.
/// </summary>
/// <remarks>All members are thread-safe.</remarks>
public sealed partial class SocketIoServer : Namespace
{
    private readonly NamespaceIndex _namespaces;
    private readonly Lock _stopping = new();

    // guarded by _stopping; null before the host stops
    private Task? _handlersEnd;

    internal SocketIoServer(IServiceProvider services, IOptions<SocketIoOptions> options, ILoggerFactory loggers, TimeProvider? time = null)
        : base(null, "/", null)
    {
        Services = services;
        Options = options.Value;
        Time = time ?? TimeProvider.System;
        Logger = new SafeLogger(loggers.CreateLogger("SocketIo"));
        Parser = Options.Parser ?? new JsonPacketParser(Options.Json);
        Encoder = new PacketEncoder(Parser);
        Topics = services.GetService<SocketTopics>();
        Limits = new PacketLimits(Options.MaxAttachments, Options.MaxArguments);
        _namespaces = new NamespaceIndex(this);
        _namespaces.Add(this);
        Expiry = Options.ConnectionStateRecovery is { } recovery ? new RecoveryExpiry(Time, recovery.MaxDisconnectionDuration, ForgetGone, Logger) : null;
        PeerFormat = new PeerFormat(Options.Json);
        Cluster = ClusterMembership.Join(services, Time, Logger);
        Begin();
    }

    /// <summary>The namespaces that exist now, the default one and those of patterns included.</summary>
    public IEnumerable<Namespace> AllNamespaces => _namespaces.All;

    internal IServiceProvider Services { get; }

    internal SocketIoOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal PacketParser Parser { get; }

    internal PacketEncoder Encoder { get; }

    /// <summary>Null when none were added.</summary>
    internal SocketTopics? Topics { get; }

    internal PacketLimits Limits { get; }

    /// <summary>Null unless clients can come back.</summary>
    internal RecoveryExpiry? Expiry { get; }

    internal PeerFormat PeerFormat { get; }

    /// <summary>Handlers that have begun and not ended.</summary>
    internal UnfinishedWork Unfinished { get; } = new();

    /// <summary>This server among others; null for one alone.</summary>
    internal ClusterServer? Cluster { get; }

    /// <summary>Gets a namespace; it is made when it does not exist.</summary>
    /// <remarks>If a template or a regular expression of a pattern matches the name, the namespace gets that pattern's handlers and middleware.</remarks>
    /// <param name="name">The name. A missing slash is added in front.</param>
    /// <returns>The namespace.</returns>
    /// <exception cref="ArgumentException">
    /// No client can join a namespace of that name: it has a comma or a "?", or more bytes than <see cref="SocketIoOptions.MaxNamespaceLength"/>.
    /// </exception>
    public Namespace Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _namespaces.Of(name.StartsWith('/') ? name : "/" + name);
    }

    /// <summary>Makes dynamic namespaces of a template, such as "/tenant-{id}".</summary>
    /// <remarks>When several patterns match a name, the one that was made first counts.</remarks>
    /// <param name="template">
    /// <c>{name}</c> stands for one or more characters other than a slash, the rest for itself. A name has letters, digits and "_".
    /// </param>
    /// <returns>Registers handlers and middleware for all of them.</returns>
    /// <exception cref="ArgumentException">The template is malformed.</exception>
    public NamespacePattern OfPattern(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return Of(NamespaceTemplate.ToRegex(template));
    }

    /// <summary>Makes dynamic namespaces of the names that a regular expression matches.</summary>
    /// <remarks>When several patterns match a name, the one that was made first counts.</remarks>
    /// <param name="pattern">Matches if it is found anywhere in the name: anchor it to match whole names.</param>
    /// <returns>Registers handlers and middleware for all of them.</returns>
    public NamespacePattern Of(Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return _namespaces.Add(new NamespacePattern(this, pattern));
    }

    /// <summary>Makes dynamic namespaces of the names that a predicate allows.</summary>
    /// <remarks>When several patterns match a name, the one that was made first counts. An exception refuses the client.</remarks>
    /// <param name="predicate">Gets the name and what the client sent to join it, once for each client.</param>
    /// <returns>Registers handlers and middleware for all of them.</returns>
    public NamespacePattern Of(Func<string, HandshakeAuth, ValueTask<bool>> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return _namespaces.Add(new NamespacePattern(this, predicate));
    }

    /// <inheritdoc cref="Of(Func{string, HandshakeAuth, ValueTask{bool}})" />
    [OverloadResolutionPriority(1)]
    public NamespacePattern Of(Func<string, HandshakeAuth, Task<bool>> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return Of((name, auth) => new ValueTask<bool>(HandlerTask.NotNull(predicate(name, auth), "predicate")));
    }

    /// <inheritdoc cref="Of(Func{string, HandshakeAuth, ValueTask{bool}})" />
    public NamespacePattern Of(Func<string, HandshakeAuth, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return Of((name, auth) => ValueTask.FromResult(predicate(name, auth)));
    }

    internal NamespaceIndex Index => _namespaces;

    internal IEngineHandler CreateHandler() => new ConnectionHandler(this);

    /// <summary>Waits for the handlers that run when the host stops, but not for ever: one wait, whoever asks for it.</summary>
    internal Task WaitForHandlersAsync(CancellationToken cancellationToken)
    {
        lock (_stopping)
            return _handlersEnd ??= EndHandlersAsync(cancellationToken);
    }

    private async Task EndHandlersAsync(CancellationToken cancellationToken)
    {
        var left = await Unfinished.WaitAsync(Options.HandlerShutdownTimeout, cancellationToken).ConfigureAwait(false);
        if (left > 0)
            Log.HandlersLeft(Logger, left);
    }

    private bool ForgetGone()
    {
        var areKept = false;
        foreach (var @namespace in _namespaces.All)
            areKept |= @namespace.Delivery.ForgetGone();
        return areKept;
    }

    private void AddNewNamespace(Action<Namespace> listener) => _namespaces.Announce(listener);

    /// <summary>The engine's connections become clients, who take their messages themselves.</summary>
    private sealed class ConnectionHandler(SocketIoServer server) : IEngineHandler
    {
        public void OnOpened(EngineSession session) => new Client(server, session).OnOpened(session);

        public ValueTask OnMessageAsync(EngineSession session, EngineMessage message) => ValueTask.CompletedTask;

        public void OnClosed(EngineSession session, DisconnectReason reason)
        {
        }
    }
}
