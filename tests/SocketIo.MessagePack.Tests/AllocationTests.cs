using SocketIo.Engine.Sessions;
using SocketIo.Protocol;
using SocketIo.TestKit;

namespace SocketIo.MessagePack.Tests;

[NonParallelizable]
public class AllocationTests
{
    private const int Rounds = 1000;

    // the object, the head of its array, and its padding
    private const int FrameOverhead = 24 + 24 + 7;

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
            if (!Wire.Parser.TryReadHeader(Event, 10, out var header, out _))
                throw new InvalidOperationException();
            var arguments = Wire.Parser.OpenEvent(Event, header, [], out var name);
            if (name.Length + arguments.Read<int>() + arguments.Read<double>() + (arguments.Read<bool>() ? 1 : 0) != 17.5)
                throw new InvalidOperationException();
            arguments.Skip();
        }
    }

    [Test]
    public void Writing_an_event_allocates_its_frame_only()
    {
        var point = new Point(1, 2);
        var data = new byte[100];
        AssertOnlyFrame(() => Wire.Parser.WriteEvent("/", "e", new One<string>("hello"), PacketHeader.NoId));
        AssertOnlyFrame(() => Wire.Parser.WriteEvent("/admin", "e", new One<int>(42), 7));
        AssertOnlyFrame(() => Wire.Parser.WriteAck("/", 7, new One<byte[]>(data)));
        AssertOnlyFrame(() => Wire.Parser.WriteEvent("/", "e", new One<Point>(point), PacketHeader.NoId));
        AssertOnlyFrame(() => Wire.Parser.WriteEvent("/", "e", new One<byte[][]>([data]), PacketHeader.NoId), 32);
    }

    private static void AssertOnlyFrame(Func<Frame> write, int more = 0)
    {
        var length = FrameMessages.LengthOf(write());
        var allocated = AllocatedBy(() => GC.KeepAlive(write()));
        Assert.That(allocated, Is.LessThanOrEqualTo(length + FrameOverhead + more));
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
