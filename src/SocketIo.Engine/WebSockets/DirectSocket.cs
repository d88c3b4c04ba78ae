using System.Net.Sockets;

namespace SocketIo.Engine.WebSockets;

/// <summary>The connection's socket, where frames may be written to it directly. One writer at a time.</summary>
internal abstract class DirectSocket
{
    /// <summary>Hands bytes over without waiting.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="error">Not success when the connection is lost.</param>
    /// <returns>How many were taken; zero when the socket is full.</returns>
    public abstract int Send(ReadOnlySpan<byte> data, out SocketError error);

    /// <summary>Waits until the socket takes some of the bytes.</summary>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public abstract ValueTask<int> SendAsync(ReadOnlyMemory<byte> data);

    /// <summary>Tells the peer that nothing more comes.</summary>
    public abstract void EndOutput();

    /// <summary>Brings what <see cref="Send"/> needs into the processor's cache.</summary>
    public abstract void Prefetch();
}
