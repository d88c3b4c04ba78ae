using Microsoft.Extensions.DependencyInjection;

namespace SocketIo;

/// <summary>Returned by <c>AddSocketIo</c>, for the extensions of other packages.</summary>
public sealed class SocketIoBuilder
{
    internal SocketIoBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services.</summary>
    public IServiceCollection Services { get; }
}
