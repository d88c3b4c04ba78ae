using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// What a request said, for sessions that outlive it. Each idle client has one, so it is small; the <see cref="HttpContext"/> of it
/// is made when somebody asks.
/// </summary>
internal sealed class RequestSnapshot
{
    private readonly string _protocol;
    private readonly string _method;
    private readonly string _scheme;
    private readonly HostString _host;
    private readonly PathString _pathBase;
    private readonly PathString _path;
    private readonly QueryString _query;
    private readonly KeyValuePair<string, StringValues>[] _headers;
    private readonly KeyValuePair<string, object?>[] _routeValues;
    private readonly KeyValuePair<object, object?>[] _items;
    private readonly ClaimsPrincipal? _user;
    private readonly Endpoint? _endpoint;
    private readonly string _traceId;
    private readonly string _connectionId;
    private readonly IPAddress? _remoteAddress;
    private readonly IPAddress? _localAddress;
    private readonly X509Certificate2? _certificate;
    private readonly ushort _remotePort;
    private readonly ushort _localPort;
    private HttpContext? _context;

    public RequestSnapshot(HttpContext source)
    {
        var request = source.Request;
        _protocol = request.Protocol;
        _method = request.Method;
        _scheme = request.Scheme;
        _host = request.Host;
        _pathBase = request.PathBase;
        _path = request.Path;
        _query = request.QueryString;
        _headers = [.. request.Headers];
        _routeValues = [.. request.RouteValues];
        _items = [.. source.Items];
        _user = source.Features.Get<IHttpAuthenticationFeature>()?.User;
        _endpoint = source.GetEndpoint();
        _traceId = source.TraceIdentifier;
        var connection = source.Connection;
        _connectionId = connection.Id;
        _remoteAddress = connection.RemoteIpAddress;
        _remotePort = (ushort)connection.RemotePort;
        _localAddress = connection.LocalIpAddress;
        _localPort = (ushort)connection.LocalPort;
        _certificate = connection.ClientCertificate;
    }

    /// <summary>The same object each time.</summary>
    public HttpContext HttpContext =>
        Volatile.Read(ref _context) ?? Interlocked.CompareExchange(ref _context, CreateContext(), null) ?? _context;

    /// <summary>The same as long as nobody has asked for it: null.</summary>
    public HttpContext? KnownContext => Volatile.Read(ref _context);

    private DefaultHttpContext CreateContext()
    {
        var context = new DefaultHttpContext { TraceIdentifier = _traceId };
        if (_user is not null)
            context.User = _user;
        var request = context.Request;
        request.Protocol = _protocol;
        request.Method = _method;
        request.Scheme = _scheme;
        request.Host = _host;
        request.PathBase = _pathBase;
        request.Path = _path;
        request.QueryString = _query;
        foreach (var (name, value) in _headers)
            request.Headers[name] = value;
        request.RouteValues = new RouteValueDictionary(_routeValues);
        context.Connection.Id = _connectionId;
        context.Connection.RemoteIpAddress = _remoteAddress;
        context.Connection.RemotePort = _remotePort;
        context.Connection.LocalIpAddress = _localAddress;
        context.Connection.LocalPort = _localPort;
        context.Connection.ClientCertificate = _certificate;
        foreach (var (key, value) in _items)
            context.Items[key] = value;
        context.SetEndpoint(_endpoint);
        return context;
    }
}
