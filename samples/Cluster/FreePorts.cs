using System.Net;
using System.Net.Sockets;

namespace Cluster;

internal static class FreePorts
{
    /// <summary>Ports of the loopback address that were free a moment ago, all different.</summary>
    public static int[] Take(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (var listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
