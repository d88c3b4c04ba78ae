using System.Globalization;
using System.Net;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Connections;

/// <summary>
/// The sentinels that watch over a Redis server and its replicas: they say which one is the master now. A server that was master, and comes
/// back, takes itself for it until they have told it; so nobody else is asked.
/// </summary>
/// <param name="service">The name that the master has there.</param>
/// <param name="sentinels">How to reach those that are known at first.</param>
/// <param name="time">The clock.</param>
internal sealed class RedisSentinels(string service, IEnumerable<RespEndpoint> sentinels, TimeProvider time)
{
    // who answered last comes first; by one caller at a time
    private readonly List<RespEndpoint> _sentinels = [.. sentinels];

    /// <summary>Asks until one answers.</summary>
    /// <exception cref="InvalidOperationException">None knows the master.</exception>
    public async Task<EndPoint> FindMasterAsync(CancellationToken cancellationToken)
    {
        var reason = "there is none.";
        foreach (var sentinel in _sentinels.ToArray())
        {
            try
            {
                if (await AskAsync(sentinel, cancellationToken).ConfigureAwait(false) is { } master)
                    return master;
                reason = $"the one at {sentinel.Address} does not know the name.";
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                reason = exception.Message;
            }
        }
        throw new InvalidOperationException($"No sentinel says where the master {service} is; the last one: {reason}");
    }

    private async Task<EndPoint?> AskAsync(RespEndpoint sentinel, CancellationToken cancellationToken)
    {
        var node = await OpenAsync(sentinel, cancellationToken).ConfigureAwait(false);
        await using var closing = node.ConfigureAwait(false);
        var master = await AskAsync(node, ReadAddress, "get-master-addr-by-name", cancellationToken).ConfigureAwait(false);
        if (master is null)
            return null;
        Remember(node.Endpoint, await AskAsync(node, ReadSentinels, "sentinels", cancellationToken).ConfigureAwait(false));
        return master;
    }

    private Task<T> AskAsync<T>(RedisNode node, ReadReply<T> read, string question, CancellationToken cancellationToken) =>
        node.AskAsync(read, "SENTINEL", question, service).WaitAsync(node.Endpoint.Timeout, time, cancellationToken);

    // what has no password of its own is asked with that of the servers, which one that needs none refuses
    private async Task<RedisNode> OpenAsync(RespEndpoint sentinel, CancellationToken cancellationToken)
    {
        try
        {
            return await RedisNode.OpenAsync(sentinel, null, time, cancellationToken).ConfigureAwait(false);
        }
        catch (RespException refused) when (refused.Code == "ERR" && sentinel.Password is not null)
        {
            return await RedisNode.OpenAsync(sentinel with { User = null, Password = null }, null, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Remember(RespEndpoint answering, IEnumerable<EndPoint> others)
    {
        _sentinels.RemoveAll(sentinel => sentinel.Address.Equals(answering.Address));
        _sentinels.Insert(0, answering);
        foreach (var other in others)
        {
            if (!_sentinels.Exists(sentinel => sentinel.Address.Equals(other)))
                _sentinels.Add(answering with { Address = other });
        }
    }

    // null, or host and port
    private static EndPoint? ReadAddress(RespReader reply)
    {
        if (reply.Read() == RespKind.Null)
            return null;
        var host = reply.ReadString();
        return AddressOf(host, reply.ReadString());
    }

    // a list of maps of text
    private static List<EndPoint> ReadSentinels(RespReader reply)
    {
        var found = new List<EndPoint>();
        for (var count = reply.ReadList(); count > 0; count--)
        {
            var (host, port) = ("", "0");
            for (var fields = reply.ReadList(); fields > 1; fields -= 2)
            {
                var name = reply.ReadString();
                var value = reply.ReadString();
                if (name == "ip")
                    host = value;
                else if (name == "port")
                    port = value;
            }
            found.Add(AddressOf(host, port));
        }
        return found;
    }

    private static EndPoint AddressOf(string host, string port)
    {
        var number = int.Parse(port, CultureInfo.InvariantCulture);
        return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, number) : new DnsEndPoint(host, number);
    }
}
