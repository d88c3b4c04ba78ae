using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using SocketIo.Routing;

namespace SocketIo;

/// <summary>
/// Dynamic namespaces: a client that asks for a name that the pattern matches gets a namespace of that name with the pattern's handlers and middleware. It
/// is made when the first client asks.
/// </summary>
/// <remarks>An emit reaches the sockets of all these namespaces. They can't be asked for acknowledgements or fetched together; ask <see cref="Children"/>.</remarks>
public sealed class NamespacePattern : NamespaceEvents
{
    private readonly ConcurrentDictionary<string, Namespace> _children = new(StringComparer.Ordinal);

    private readonly Func<string, HandshakeAuth, ValueTask<bool>>? _predicate;
    private readonly Regex? _expression;

    // One line in the log is enough: it is a client that chooses the names.
    private bool _hasTimedOut;

    internal NamespacePattern(SocketIoServer server, Func<string, HandshakeAuth, ValueTask<bool>> predicate) : base(server) => _predicate = predicate;

    internal NamespacePattern(SocketIoServer server, Regex expression) : base(server) => _expression = NamespaceRegex.Bound(expression);

    /// <summary>The namespaces that exist now.</summary>
    public IEnumerable<Namespace> Children => _children.Select(static pair => pair.Value);

    internal override IEnumerable<Namespace> Namespaces => Children;

    /// <summary>Whether the name is all that counts, and matches.</summary>
    internal bool MatchesName(string name)
    {
        try
        {
            return _expression is not null && _expression.IsMatch(name);
        }
        catch (RegexMatchTimeoutException exception)
        {
            if (!Interlocked.Exchange(ref _hasTimedOut, true))
                Log.PatternTimedOut(Server.Logger, exception.Pattern, LogText.Of(name), exception.MatchTimeout);
            return false;
        }
    }

    internal ValueTask<bool> MatchesAsync(string name, JsonElement auth) =>
        _predicate is null ? ValueTask.FromResult(MatchesName(name)) : _predicate(name, new HandshakeAuth(auth));

    internal void Add(Namespace child) => _children[child.Name] = child;

    internal void Remove(Namespace child) => _children.TryRemove(new(child.Name, child));
}
