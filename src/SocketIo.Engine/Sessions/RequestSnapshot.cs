using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine.Sessions;

/// <summary>A copy of what a request said, for sessions that outlive it.</summary>
internal static class RequestSnapshot
{
    public static HttpContext Of(HttpContext source)
    {
        var request = source.Request;
        var copy = new DefaultHttpContext
        {
            User = source.User,
            TraceIdentifier = source.TraceIdentifier,
            RequestServices = NoServices.Instance,
        };
        copy.Request.Protocol = request.Protocol;
        copy.Request.Method = request.Method;
        copy.Request.Scheme = request.Scheme;
        copy.Request.Host = request.Host;
        copy.Request.PathBase = request.PathBase;
        copy.Request.Path = request.Path;
        copy.Request.QueryString = request.QueryString;
        foreach (var header in request.Headers)
            copy.Request.Headers[header.Key] = header.Value;
        copy.Request.RouteValues = new(request.RouteValues);
        copy.Connection.Id = source.Connection.Id;
        copy.Connection.RemoteIpAddress = source.Connection.RemoteIpAddress;
        copy.Connection.RemotePort = source.Connection.RemotePort;
        copy.Connection.LocalIpAddress = source.Connection.LocalIpAddress;
        copy.Connection.LocalPort = source.Connection.LocalPort;
        copy.Connection.ClientCertificate = source.Connection.ClientCertificate;
        foreach (var item in source.Items)
            copy.Items[item.Key] = item.Value;
        copy.SetEndpoint(source.GetEndpoint());
        return copy;
    }

    // The request's scope has ended with it.
    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
