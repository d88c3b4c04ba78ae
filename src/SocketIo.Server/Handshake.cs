using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using SocketIo.Engine;

namespace SocketIo;

/// <summary>How a client connected: the request that opened the connection, and what it sent to join the namespace.</summary>
/// <remarks>
/// Of a <see cref="RemoteSocket"/> of another server only what that server tells: without <see cref="Headers"/> and <see cref="Auth"/> unless
/// its <see cref="Cluster.ClusterOptions.ShareHandshakeSecrets"/> is true.
/// </remarks>
public sealed class Handshake
{
    private readonly object _source; // an EngineSession, whose request may be replaced by a copy, an HttpContext, or a RemoteRequest
    private readonly long _issued; // UTC ticks: half of a DateTimeOffset, once per client

    /// <summary>Makes a handshake of a request, for unit tests.</summary>
    /// <param name="request">The request that opened the connection, such as a <see cref="DefaultHttpContext"/>.</param>
    /// <param name="auth">What the client sent to join the namespace.</param>
    /// <param name="issued">When it asked.</param>
    public Handshake(HttpContext request, JsonElement auth = default, DateTimeOffset issued = default) : this((object)request, auth, issued) =>
        ArgumentNullException.ThrowIfNull(request);

    internal Handshake(EngineSession session, JsonElement auth, DateTimeOffset issued) : this((object)session, auth, issued)
    {
    }

    internal Handshake(RemoteRequest request) : this(request, request.Auth, request.Issued)
    {
    }

    private Handshake(object source, JsonElement auth, DateTimeOffset issued)
    {
        _source = source;
        Auth = new HandshakeAuth(auth);
        _issued = issued.UtcTicks;
    }

    /// <summary>The headers of the request.</summary>
    public IHeaderDictionary Headers => Request.Request.Headers;

    /// <summary>The query of the request, the engine's own parameters (EIO, transport) included.</summary>
    public IQueryCollection Query => Request.Request.Query;

    /// <summary>The client's <c>auth</c>.</summary>
    public HandshakeAuth Auth { get; }

    /// <summary>The address of the peer; null where the server has none, as on a Unix socket.</summary>
    public string? Address => Request.Connection.RemoteIpAddress?.ToString();

    /// <summary>Whether the connection is encrypted, as the server sees it.</summary>
    public bool Secure => Request.Request.IsHttps;

    /// <summary>Whether the request named an origin.</summary>
    public bool CrossDomain => _source is RemoteRequest remote ? remote.CrossDomain : Headers.Origin.Count > 0;

    /// <summary>When the client asked to join the namespace.</summary>
    public DateTimeOffset Issued => new(_issued, TimeSpan.Zero);

    /// <summary>Path and query of the request.</summary>
    public string Url => Request.Request.GetEncodedPathAndQuery();

    /// <summary>The request with the services of the session.</summary>
    internal HttpContext HttpContext => _source as HttpContext ?? ((EngineSession)_source).HttpContext;

    internal ClaimsPrincipal User => Request.User;

    private HttpContext Request => _source switch
    {
        EngineSession session => session.RequestContext,
        RemoteRequest remote => remote.Context,
        _ => (HttpContext)_source,
    };
}
