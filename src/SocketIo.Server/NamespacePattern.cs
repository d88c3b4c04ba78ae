using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace SocketIo;

/// <summary>
/// Dynamic namespaces: a client that asks for a name the pattern matches gets a namespace of that name, made when missing, with
/// the pattern's handlers and middleware. An emit here goes to all of them.
/// </summary>
public sealed class NamespacePattern : NamespaceEvents
{
    private readonly ConcurrentDictionary<string, Namespace> _children = new(StringComparer.Ordinal);

    internal NamespacePattern(SocketIoServer server, Func<string, HandshakeAuth, ValueTask<bool>> matches, Regex? expression) : base(server)
    {
        Matches = matches;
        Expression = expression;
    }

    /// <summary>The namespaces made so far.</summary>
    public IEnumerable<Namespace> Children => _children.Select(static pair => pair.Value);

    internal Func<string, HandshakeAuth, ValueTask<bool>> Matches { get; }

    /// <summary>What the name has to match, when that is all that counts.</summary>
    internal Regex? Expression { get; }

    internal override IEnumerable<Namespace> Namespaces => Children;

    internal void Add(Namespace child) => _children[child.Name] = child;

    internal void Remove(Namespace child) => _children.TryRemove(new(child.Name, child));
}
