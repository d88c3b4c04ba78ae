using Microsoft.Extensions.DependencyInjection;
using SocketIo.Cluster;
using SocketIo.Cluster.InMemory;

namespace SocketIo;

/// <summary>Connects the server with others.</summary>
public static class BackplaneExtensions
{
    /// <summary>
    /// Makes the server one of several. It starts the backplane before it accepts clients, and leaves when the host stops. Packages for
    /// backplanes have a method of their own that calls this one.
    /// </summary>
    /// <param name="builder">What <c>AddSocketIo</c> returned.</param>
    /// <param name="create">Makes the backplane, once.</param>
    /// <exception cref="InvalidOperationException">There is a backplane already: a server has one.</exception>
    public static SocketIoBuilder AddBackplane(this SocketIoBuilder builder, Func<IServiceProvider, Backplane> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        if (builder.Services.Any(static service => service.ServiceType == typeof(Backplane)))
            throw new InvalidOperationException("A backplane was added before; a server has one.");
        builder.Services.AddSingleton(services => create(services)
            ?? throw new InvalidOperationException($"The function given to {nameof(AddBackplane)} must return a backplane, not null."));
        return builder;
    }

    /// <summary>Makes the server one of several in this process, for tests of an application that is to run on several.</summary>
    /// <param name="builder">What <c>AddSocketIo</c> returned.</param>
    /// <param name="cluster">The same for all servers.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">There is a backplane already.</exception>
    public static SocketIoBuilder AddInMemoryCluster(this SocketIoBuilder builder, InMemoryCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return builder.AddBackplane(_ => cluster.CreateBackplane());
    }
}
