using SocketIo.Engine.Frames;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

[NonParallelizable]
public class PacketAllocationTests
{
    private const int Rounds = 1000;

    private static readonly byte[] Event = Wire.Bytes("2/admin,12[\"move\",10,2.5,true,{\"a\":[1,\"b\"]},9007199254740991]");
    private static readonly byte[] Binary = Wire.Bytes("51-[\"data\",{\"_placeholder\":true,\"num\":0}]");
    private static readonly byte[][] Attachment = [[1]];

    private sealed record Point(int X, int Y);

    [Test]
    public void Checking_a_packet_allocates_nothing()
    {
        Assert.That(AllocatedBy(() => Check(Event)), Is.Zero);
        Assert.That(AllocatedBy(() => Check(Binary)), Is.Zero);

        static void Check(byte[] packet)
        {
            ReadOnlySpan<byte> span = packet;
            if (!Wire.Parser.TryReadHeader(ref span, Wire.Limits, out _, out _))
                throw new InvalidOperationException();
        }
    }

    [Test]
    public void Reading_numbers_allocates_nothing()
    {
        var header = HeaderOf(Event);
        Assert.That(AllocatedBy(Read), Is.Zero);

        void Read()
        {
            var reader = Wire.Parser.OpenEvent(Event, header, Wire.NoAttachments);
            var sum = reader.EventName.Length + reader.Read<int>() + reader.Read<double>() + (reader.Read<bool>() ? 1 : 0);
            if (sum != 4 + 10 + 2.5 + 1)
                throw new InvalidOperationException();
        }
    }

    [Test]
    public void Reading_an_attachment_allocates_nothing()
    {
        var header = HeaderOf(Binary);
        Assert.That(AllocatedBy(() => Wire.Parser.OpenEvent(Binary, header, Attachment).Read<byte[]>()), Is.Zero);
    }

    [Test]
    public void Writing_an_event_allocates_its_frame_only()
    {
        AssertOnlyFrame(() => Wire.Encoder.WriteEvent("/", "e", new Args<string>("hello"), PacketHeader.NoId));
        AssertOnlyFrame(() => Wire.Encoder.WriteEvent("/admin", "e", new Args<int>(42), 7));
        AssertOnlyFrame(() => Wire.Encoder.WriteEvent("/", "e", new Args<long, double, bool>(1, 2.5, true), PacketHeader.NoId));
        AssertOnlyFrame(() => Wire.Encoder.WriteAck("/", 7, new Args<string, int>("a", 1)));
        AssertOnlyFrame(() => Wire.Encoder.WriteEvent("/", "e", new Args<byte[]>(Attachment[0]), PacketHeader.NoId));
    }

    [Test]
    public void Writing_an_object_allocates_its_frame_only()
    {
        var point = new Point(1, 2);
        AssertOnlyFrame(() => Wire.Encoder.WriteEvent("/", "e", new Args<Point>(point), PacketHeader.NoId));
    }

    private static PacketHeader HeaderOf(ReadOnlySpan<byte> packet)
    {
        Assert.That(Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _));
        return header;
    }

    private static void AssertOnlyFrame(Func<Frame> write)
    {
        var content = write().Span.ToArray();
        var frame = AllocatedBy(() => GC.KeepAlive(new Frame(GC.AllocateUninitializedArray<byte>(content.Length))));
        Assert.That(AllocatedBy(() => GC.KeepAlive(write())), Is.EqualTo(frame));
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
