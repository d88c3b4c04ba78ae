using System.Buffers.Text;
using System.Text;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.Benchmarks.Support;

/// <summary>A connection that wants the events "n" with 0, 1, 2 and so on, each once and in order, and takes them at once.</summary>
internal sealed class NumberCheckingTransport : Transport
{
    // behind the two bytes of the WebSocket frame's head
    private const int PayloadAt = 2;

    private int _received;
    private string? _fault;

    public override EngineTransports Kind => EngineTransports.WebSocket;

    public override bool IsWritable => true;

    public int Received => Volatile.Read(ref _received);

    /// <summary>The first message that was not the next one; null when there was none.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    public override WriteResult TryWrite(Outbox outbox)
    {
        while (outbox.HasPending)
        {
            if (outbox.First.IsClose)
                return WriteResult.Closed;
            Take(outbox.First.Span[PayloadAt..]);
            outbox.ConsumeFirst();
        }
        return WriteResult.Written;
    }

    public override void Abort() => Volatile.Write(ref _fault, Fault ?? "the connection was dropped");

    private void Take(ReadOnlySpan<byte> packet)
    {
        var before = "42[\"n\","u8;
        if (!packet.StartsWith(before))
            return;
        if (!Utf8Parser.TryParse(packet[before.Length..], out int number, out _) || number != _received)
            Volatile.Write(ref _fault, Fault ?? $"{Encoding.UTF8.GetString(packet)} in place of {_received}");
        Volatile.Write(ref _received, _received + 1);
    }
}
