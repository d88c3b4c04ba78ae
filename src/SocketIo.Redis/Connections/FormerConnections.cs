using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>
/// Connections that were given up. The network, or a server that hung, may still hold commands of theirs, which must not be carried
/// out behind later ones: so each server ends them before it gets anything else.
/// </summary>
internal sealed class FormerConnections(ILogger logger)
{
    // more than one for a server are there only where it refuses to end them
    private const int MaxKept = 16;

    private readonly Lock _sync = new();

    // guarded by _sync; and why the last of a server could not be ended, which is logged once, not at each new connection
    private readonly Dictionary<EndPoint, Queue<RespIdentity>> _connections = [];
    private readonly Dictionary<EndPoint, string> _reasons = [];

    /// <summary>The connection of a server is given up.</summary>
    public void Add(RedisNode node)
    {
        lock (_sync)
        {
            if (!_connections.TryGetValue(node.Endpoint.Address, out var known))
                _connections[node.Endpoint.Address] = known = [];
            if (known.Count == MaxKept)
                known.Dequeue();
            known.Enqueue(node.Connection.Identity);
        }
    }

    /// <summary>Lets a server end the former connections.</summary>
    /// <param name="node">The server, by a new connection.</param>
    public async Task EndAsync(RedisNode node)
    {
        for (var count = Count(node); count > 0; count--)
        {
            var former = Take(node);
            if (await RefuseAsync(node, former).ConfigureAwait(false) is not { } reason)
                continue;
            if (IsNews(node, reason))
                Log.FormerConnection(logger, node.Endpoint.Address, reason);
            Keep(node, former);
        }
    }

    /// <summary>Whether nothing of a connection that was given up can be carried out any more.</summary>
    public bool HasEnded(RedisNode former)
    {
        lock (_sync)
            return !_connections.TryGetValue(former.Endpoint.Address, out var known) || !known.Contains(former.Connection.Identity);
    }

    // null when the connection is no more
    private static async Task<string?> RefuseAsync(RedisNode node, RespIdentity former)
    {
        if (former is not { Server.Run: { } run, ClientId: { } id })
            return "Redis does not tell which it was (INFO, CLIENT ID).";
        if (run != node.Connection.Identity.Server?.Run)
            return null;
        try
        {
            await node.AskAsync(static reply => reply.ReadNumber(), "CLIENT", "KILL", "ID", id.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            return null;
        }
        catch (RespException refused)
        {
            return refused.Message;
        }
    }

    private bool IsNews(RedisNode node, string reason)
    {
        lock (_sync)
        {
            var isNews = _reasons.GetValueOrDefault(node.Endpoint.Address) != reason;
            _reasons[node.Endpoint.Address] = reason;
            return isNews;
        }
    }

    private int Count(RedisNode node)
    {
        lock (_sync)
            return _connections.TryGetValue(node.Endpoint.Address, out var known) ? known.Count : 0;
    }

    private RespIdentity Take(RedisNode node)
    {
        lock (_sync)
            return _connections[node.Endpoint.Address].Dequeue();
    }

    private void Keep(RedisNode node, RespIdentity former)
    {
        lock (_sync)
            _connections[node.Endpoint.Address].Enqueue(former);
    }
}
