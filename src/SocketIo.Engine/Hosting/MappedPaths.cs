using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;

namespace SocketIo.Engine.Hosting;

/// <summary>
/// The paths that an application has mapped. Two endpoints for one path would be found out by the first client, whose request matches
/// both. A route group has a prefix of its own and maybe a host, so each is looked at by itself.
/// </summary>
internal static class MappedPaths
{
    private static readonly ConditionalWeakTable<object, HashSet<string>> All = [];

    /// <exception cref="InvalidOperationException">The path is mapped already.</exception>
    public static void Add(IEndpointRouteBuilder endpoints, string path)
    {
        var paths = All.GetValue(
            endpoints is RouteGroupBuilder ? endpoints : endpoints.ServiceProvider, static _ => new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        lock (paths)
        {
            if (!paths.Add(path.TrimEnd('/')))
                throw new InvalidOperationException(
                    $"\"{path}\" is mapped already. Map each path once; to serve one path for several hosts, map it in route groups with RequireHost.");
        }
    }
}
