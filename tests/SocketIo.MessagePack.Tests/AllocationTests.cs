using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

[NonParallelizable]
public class AllocationTests
{
    private const int Rounds = 1000;

    private static readonly byte[] Event =
        Wire.Packet(2, 0x96, 0xA4, (byte)'m', (byte)'o', (byte)'v', (byte)'e', 10, 0xCB, 0x40, 4, 0, 0, 0, 0, 0, 0, 0xC3, 0x81, 0xA1, (byte)'a', 0x91, 1, 0xC4, 1, 9);

    private sealed record Point(int X, int Y);

    [Test]
    public void Checking_a_packet_and_reading_numbers_allocates_nothing()
    {
        var allocated = AllocatedBy(Read);
        Assert.That(allocated, Is.Zero);

        static void Read()
        {
            ReadOnlySpan<byte> packet = Event;
            if (!Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _))
                throw new InvalidOperationException();
            var arguments = Wire.Parser.OpenEvent(packet, header, []);
            if (arguments.EventName.Length + arguments.Read<int>() + arguments.Read<double>() + (arguments.Read<bool>() ? 1 : 0) != 17.5)
                throw new InvalidOperationException();
            arguments.Skip();
        }
    }

    [Test]
    public void Writing_an_event_allocates_nothing()
    {
        var point = new Point(1, 2);
        var data = new byte[100];
        AssertAllocatesNothing(output => Wire.Parser.WriteEvent(output, "/", "e", new One<string>("hello"), PacketHeader.NoId));
        AssertAllocatesNothing(output => Wire.Parser.WriteEvent(output, "/admin", "e", new One<int>(42), 7));
        AssertAllocatesNothing(output => Wire.Parser.WriteAck(output, "/", 7, new One<byte[]>(data)));
        AssertAllocatesNothing(output => Wire.Parser.WriteEvent(output, "/", "e", new One<Point>(point), PacketHeader.NoId));
        AssertAllocatesNothing(output => Wire.Parser.WriteEvent(output, "/", "e", new One<byte[][]>([data]), PacketHeader.NoId), 32);
    }

    private static void AssertAllocatesNothing(Action<PacketBuffer> write, int more = 0)
    {
        var buffer = new PacketBuffer();
        var allocated = AllocatedBy(() =>
        {
            buffer.Clear();
            write(buffer);
        });
        Assert.That(allocated, Is.LessThanOrEqualTo(more));
    }

    /// <summary>Bytes per call, after enough calls for every cache to be filled.</summary>
    private static double AllocatedBy(Action action)
    {
        for (var i = 0; i < Rounds; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
            action();
        return Math.Floor((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rounds);
    }
}
