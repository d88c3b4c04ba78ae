using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using SocketIo.Engine;

namespace SocketIo;

/// <summary>How a client connected: the request that opened the connection, and what it sent to join the namespace.</summary>
public sealed class Handshake
{
    private readonly EngineSession _session;
    private readonly long _issued; // UTC ticks: half of a DateTimeOffset, once per client

    internal Handshake(EngineSession session, JsonElement auth, DateTimeOffset issued)
    {
        _session = session;
        Auth = new HandshakeAuth(auth);
        _issued = issued.UtcTicks;
    }

    /// <summary>The headers of the request.</summary>
    public IHeaderDictionary Headers => _session.HttpContext.Request.Headers;

    /// <summary>The query of the request, the engine's own parameters (EIO, transport) included.</summary>
    public IQueryCollection Query => _session.HttpContext.Request.Query;

    /// <summary>The client's <c>auth</c>.</summary>
    public HandshakeAuth Auth { get; }

    /// <summary>The address of the peer; null where the server has none, as on a Unix socket.</summary>
    public string? Address => _session.HttpContext.Connection.RemoteIpAddress?.ToString();

    /// <summary>Whether the connection is encrypted, as the server sees it.</summary>
    public bool Secure => _session.HttpContext.Request.IsHttps;

    /// <summary>Whether the request named an origin.</summary>
    public bool CrossDomain => Headers.Origin.Count > 0;

    /// <summary>When the client asked to join the namespace.</summary>
    public DateTimeOffset Issued => new(_issued, TimeSpan.Zero);

    /// <summary>Path and query of the request.</summary>
    public string Url => _session.HttpContext.Request.GetEncodedPathAndQuery();
}
