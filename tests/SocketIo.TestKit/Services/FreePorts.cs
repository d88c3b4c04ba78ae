using System.Net;
using System.Net.Sockets;

namespace SocketIo.TestKit;

/// <summary>Ports of the loopback address for programs that must be told which one to take.</summary>
public static class FreePorts
{
    /// <summary>Ports that were free a moment ago, all different.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
