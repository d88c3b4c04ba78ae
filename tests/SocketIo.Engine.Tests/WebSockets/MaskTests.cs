using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

public class MaskTests
{
    [Test]
    public void Every_length_and_cut_unmasks_as_byte_by_byte_does()
    {
        var random = new Random(1);
        for (var length = 0; length < 80; length++)
        {
            var (source, key) = (new byte[length], new byte[4]);
            random.NextBytes(source);
            random.NextBytes(key);
            var expected = source.Select((one, i) => (byte)(one ^ key[i % 4])).ToArray();

            for (var cut = 0; cut <= length; cut++)
            {
                var result = new byte[length];
                var next = Mask.CopyUnmasked(source.AsSpan(0, cut), result, BitConverter.ToUInt32(key));
                Mask.CopyUnmasked(source.AsSpan(cut), result.AsSpan(cut), next);
                Assert.That(result, Is.EqualTo(expected), $"length {length}, cut {cut}");
            }
        }
    }

    [Test]
    public void Nothing_is_written_behind_the_source_length()
    {
        for (var length = 0; length < 80; length++)
        {
            var result = new byte[length + 32];
            Mask.CopyUnmasked(new byte[length], result, uint.MaxValue);
            Assert.That(result.AsSpan(length).ToArray(), Is.All.Zero, $"length {length}");
        }
    }

    [Test]
    public void A_destination_that_is_too_small_is_refused() =>
        Assert.That(() => Mask.CopyUnmasked(new byte[20], new byte[19], 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
