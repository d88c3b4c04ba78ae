using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace SocketIo.Redis.Resp;

/// <summary>A Redis server, and how to come in.</summary>
internal sealed record RespEndpoint
{
    /// <summary>Where it listens.</summary>
    public required EndPoint Address { get; init; }

    /// <summary>The user of an access control list; null for the default one.</summary>
    public string? User { get; init; }

    /// <summary>Null when none is asked for.</summary>
    public string? Password { get; init; }

    /// <summary>Null without TLS.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>The name in CLIENT LIST; null for none.</summary>
    public string? ClientName { get; init; }

    /// <summary>The number of the database, for keys: channels have none.</summary>
    public int Database { get; init; }

    /// <summary>How long connecting may take, and how long any answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Opens the connection's bytes, with TLS where it is asked for.</summary>
    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var stream = new NetworkStream(await ConnectAsync(cancellationToken).ConfigureAwait(false), ownsSocket: true);
        if (Tls is null)
            return stream;
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(Tls, cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = Address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
