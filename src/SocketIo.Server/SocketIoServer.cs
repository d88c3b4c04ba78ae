using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Engine;
using SocketIo.Protocol;
using SocketIo.Routing;

namespace SocketIo;

/// <summary>
/// The server: the default namespace "/", and the way to the others. A singleton that can be injected anywhere; all members are
/// thread-safe.
/// </summary>
public sealed class SocketIoServer : Namespace
{
    private readonly ConcurrentDictionary<string, Namespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lock _sync = new();

    // Namespaces whose making is being told, which happens inside _sync; found by those who are told only.
    private readonly Dictionary<string, Namespace> _unfinished = new(StringComparer.Ordinal);

    // Replaced whole under _sync, read without.
    private NamespacePattern[] _patterns = [];
    private Action<Namespace>[] _newNamespace = [];

    /// <summary>Made by <see cref="SocketIoExtensions.AddSocketIo"/>.</summary>
    public SocketIoServer(IServiceProvider services, IOptions<SocketIoOptions> options, ILoggerFactory loggers, TimeProvider? time = null)
        : base(null, "/", null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        Services = services;
        Options = options.Value;
        Time = time ?? TimeProvider.System;
        Logger = loggers.CreateLogger("SocketIo");
        Parser = Options.Parser ?? new JsonPacketParser(Options.Json);
        _namespaces["/"] = this;
        BeginRecovery();
    }

    /// <summary>The namespaces there are now.</summary>
    public IEnumerable<Namespace> AllNamespaces => _namespaces.Select(static pair => pair.Value);

    internal IServiceProvider Services { get; }

    internal SocketIoOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal PacketParser Parser { get; }

    /// <summary>
    /// A namespace, made when missing (as a pattern's, if the pattern is a regular expression or a template that matches). A missing
    /// slash is put in front of the name.
    /// </summary>
    public Namespace Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!name.StartsWith('/'))
            name = "/" + name;
        if (_namespaces.TryGetValue(name, out var @namespace))
            return @namespace;
        return Make(name, _patterns.FirstOrDefault(pattern => pattern.Expression?.IsMatch(name) ?? false));
    }

    /// <summary>
    /// Namespaces by a template: <c>{name}</c> stands for one or more characters other than a slash, the rest for itself, as in
    /// "/tenant-{id}". Patterns are asked in the order of their making.
    /// </summary>
    public NamespacePattern OfPattern(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return Of(NamespaceTemplate.ToRegex(template));
    }

    /// <summary>Namespaces whose names a regular expression matches (somewhere: anchor it to match whole names).</summary>
    public NamespacePattern Of(Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Add(new NamespacePattern(this, (name, _) => ValueTask.FromResult(pattern.IsMatch(name)), pattern));
    }

    /// <summary>Namespaces that a predicate allows, by the name and the client's auth. An exception refuses the client.</summary>
    public NamespacePattern Of(Func<string, HandshakeAuth, ValueTask<bool>> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return Add(new NamespacePattern(this, predicate, null));
    }

    /// <summary>Calls a handler for each namespace made from now on (the reference's <c>new_namespace</c>).</summary>
    public void OnNewNamespace(Action<Namespace> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_sync)
            _newNamespace = [.. _newNamespace, handler];
    }

    /// <summary>The namespace a client asks for: a fixed one, or one that a pattern makes; null when there is none.</summary>
    internal async ValueTask<Namespace?> FindAsync(string name, JsonElement auth)
    {
        if (_namespaces.TryGetValue(name, out var @namespace))
            return @namespace;
        foreach (var pattern in _patterns)
        {
            if (await pattern.Matches(name, new HandshakeAuth(auth)).ConfigureAwait(false))
                return _namespaces.TryGetValue(name, out @namespace) ? @namespace : Make(name, pattern);
        }
        return null;
    }

    internal void RemoveChild(Namespace child, NamespacePattern pattern)
    {
        _namespaces.TryRemove(new(child.Name, child));
        pattern.Remove(child);
    }

    internal IEngineHandler CreateHandler() => new ConnectionHandler(this);

    private NamespacePattern Add(NamespacePattern pattern)
    {
        lock (_sync)
            _patterns = [.. _patterns, pattern];
        return pattern;
    }

    private Namespace Make(string name, NamespacePattern? pattern)
    {
        lock (_sync)
        {
            if (_namespaces.TryGetValue(name, out var existing) || _unfinished.TryGetValue(name, out existing))
                return existing;
            var made = new Namespace(this, name, pattern);
            _unfinished[name] = made;
            try
            {
                // before anybody finds it: middleware that is put in front of it here holds for the first client too
                foreach (var handler in _newNamespace)
                    handler(made);
                pattern?.Add(made);
                _namespaces[name] = made;
            }
            finally
            {
                _unfinished.Remove(name);
            }
            return made;
        }
    }

    /// <summary>The engine's connections become clients.</summary>
    private sealed class ConnectionHandler(SocketIoServer server) : IEngineHandler
    {
        public void OnOpened(EngineSession session)
        {
            var client = new Client(server, session);
            session.Tag = client;
            session.SetDeadline(server.Options.ConnectTimeout, "no namespace was joined in time");
            if (session.Protocol == 3)
                client.JoinDefault();
        }

        public ValueTask OnMessageAsync(EngineSession session, EngineMessage message) => ((Client)session.Tag!).Receive(message);

        public void OnClosed(EngineSession session, DisconnectReason reason) => ((Client)session.Tag!).OnClosed(reason);
    }
}
