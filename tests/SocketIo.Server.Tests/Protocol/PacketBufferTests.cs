using System.Buffers;
using System.Text;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class PacketBufferTests
{
    [Test]
    public void Text_and_numbers_follow_one_another()
    {
        var buffer = new PacketBuffer();
        buffer.Append("größe😀");
        buffer.AppendNumber(0);
        buffer.AppendNumber(long.MinValue);
        Assert.That(Encoding.UTF8.GetString(buffer.Written), Is.EqualTo("größe😀0-9223372036854775808"));
        Assert.That(buffer.Length, Is.EqualTo(buffer.Written.Length));
        Assert.That(Wire.Messages(buffer.ToFrame(isBinary: false)), Is.EqualTo(new[] { "4größe😀0-9223372036854775808" }));
    }

    [Test]
    public void An_insertion_keeps_text_of_any_length()
    {
        for (var length = 0; length < 1100; length++)
        {
            var text = new string('x', length);
            var buffer = new PacketBuffer();
            foreach (var character in text)
                buffer.Append((byte)character);
            buffer.Insert(0, "12-"u8);
            buffer.Insert(buffer.Length, "end"u8);
            Assert.That(Wire.Messages(buffer.ToFrame(isBinary: false)), Is.EqualTo(new[] { "412-" + text + "end" }));
        }
    }

    [Test]
    public void A_binary_packet_and_its_attachments_are_messages_as_they_stand()
    {
        var buffer = new PacketBuffer();
        buffer.Write<byte>([4, 5]);
        buffer.Attach(new byte[] { 6 });
        Assert.That(Wire.Messages(buffer.ToFrame(isBinary: true)), Is.EqualTo(new[] { "#0405", "#06" }));
    }

    [Test]
    public void What_was_written_may_be_changed_and_is_gone_after_Clear()
    {
        var buffer = new PacketBuffer();
        buffer.Write<byte>(new byte[100_000]);
        buffer.Attach(new byte[] { 6 });
        buffer.Written[0] = 7;
        Assert.That(buffer.Written[0], Is.EqualTo(7));

        buffer.Clear();
        Assert.That(buffer.Length, Is.Zero);
        Assert.That(buffer.Attachments.IsEmpty);
        Assert.That(Wire.Messages(buffer.ToFrame(isBinary: false)), Is.EqualTo(new[] { "4" }));
    }

    [Test]
    public void A_packet_that_no_message_can_hold_is_refused_in_words()
    {
        var buffer = new PacketBuffer();
        Assert.That(() => buffer.GetSpan(int.MaxValue), Throws.InvalidOperationException.With.Message.Contains("too large"));
        var attachment = new byte[1_000_000];
        for (var i = 0; i < 2_200; i++)
            buffer.Attach(attachment);
        Assert.That(() => buffer.ToFrame(isBinary: false), Throws.InvalidOperationException.With.Message.Contains("too large"));
    }

    [Test]
    public void More_than_there_is_room_for_cannot_be_advanced_over()
    {
        var buffer = new PacketBuffer();
        var room = buffer.GetSpan().Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(-1));
        buffer.Advance(room);
        Assert.That(buffer.GetMemory(1).Length, Is.GreaterThanOrEqualTo(1));
    }
}
