using System.Net.Sockets;

namespace SocketIo.Engine.WebSockets;

/// <summary>The socket of Kestrel's own transport, which goes on reading from it.</summary>
internal sealed class KestrelSocket : SocketOutput
{
    private readonly Socket _socket;

    private KestrelSocket(Socket socket) => _socket = socket;

    /// <summary>Null when the client is gone already.</summary>
    public static KestrelSocket? TryUse(Socket socket)
    {
        try
        {
            // with a blocking socket one slow receiver would block the broadcaster
            socket.Blocking = false;
            return new KestrelSocket(socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    public override int Send(ReadOnlySpan<byte> data, out SocketError error)
    {
        var sent = _socket.Send(data, SocketFlags.None, out error);
        if (error is not SocketError.WouldBlock)
            return sent;
        error = SocketError.Success;
        return 0;
    }

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> data) => _socket.SendAsync(data);

    public override void EndOutput()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // gone already, which is what was wanted
        }
    }

    public override void Prefetch()
    {
        // a read whose result goes nowhere would be left out
        var isBlocking = false;
        Volatile.Write(ref isBlocking, _socket.Blocking);
    }
}
