using System.Globalization;
using System.Text;

namespace SocketIo.Redis.Resp;

/// <summary>What comes before a connection can be used: the network, TLS, the password, the name and the database.</summary>
internal static class RespHandshake
{
    /// <summary>Opens a connection.</summary>
    /// <returns>The connection, what it has read too much, and who is who.</returns>
    /// <exception cref="RespException">The server does not let this client in.</exception>
    public static async Task<(Stream Stream, RespBuffer Buffer, RespIdentity Identity)> RunAsync(RespEndpoint endpoint, CancellationToken cancellationToken)
    {
        var stream = await endpoint.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var buffer = new RespBuffer();
            var answers = await AskAsync(stream, buffer, endpoint, cancellationToken).ConfigureAwait(false);
            return (stream, buffer, answers);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<RespIdentity> AskAsync(Stream stream, RespBuffer buffer, RespEndpoint endpoint, CancellationToken cancellationToken)
    {
        var commands = new RespWriter();
        var needed = Write(commands, endpoint);
        await stream.WriteAsync(commands.Written, cancellationToken).ConfigureAwait(false);
        var identity = default(RespIdentity);
        for (var i = 0; i < commands.Commands;)
        {
            if (TryTake(buffer, i < needed, ref identity))
                i++;
            else
                await buffer.FillAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        return identity;
    }

    // the first ones must succeed; the rest is kept from some users and by some proxies
    private static int Write(RespWriter commands, RespEndpoint endpoint)
    {
        if (endpoint is { Password: { } password, User: { } user })
            commands.Command("AUTH", user, password);
        else if (endpoint.Password is not null)
            commands.Command("AUTH", endpoint.Password);
        if (endpoint.Database != 0)
            commands.Command("SELECT", endpoint.Database.ToString(CultureInfo.InvariantCulture));
        commands.Command("PING");
        var needed = commands.Commands;
        if (endpoint.ClientName is not null)
            commands.Command("CLIENT", "SETNAME", endpoint.ClientName);
        commands.Command("CLIENT", "ID");
        commands.Command("INFO");
        return needed;
    }

    private static bool TryTake(RespBuffer buffer, bool needed, ref RespIdentity identity)
    {
        if (!buffer.TryTake(out var bytes))
            return false;
        var reply = new RespReader(bytes);
        var kind = reply.Read();
        if (kind == RespKind.Error && needed)
            throw reply.Unexpected();
        if (kind == RespKind.Number)
            identity = identity with { ClientId = new RespReader(bytes).ReadNumber() };
        else if (kind == RespKind.Text && !needed && RespServerInfo.Parse(Encoding.UTF8.GetString(reply.Text)) is { } server)
            identity = identity with { Server = server };
        return true;
    }
}
