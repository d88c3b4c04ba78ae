using System.Buffers;
using System.Text;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Tests.Resp;

/// <summary>Commands in their bytes.</summary>
public class RespWriterTests
{
    [Test]
    public void A_command_is_a_list_of_texts_with_their_lengths_in_bytes()
    {
        var writer = new RespWriter();
        writer.Command("PUBLISH", "chänge", "");
        Assert.That(Text(writer), Is.EqualTo("*3\r\n$7\r\nPUBLISH\r\n$7\r\nchänge\r\n$0\r\n\r\n"));
    }

    [TestCase(0)]
    [TestCase(9)]
    [TestCase(10)]
    [TestCase(99)]
    [TestCase(100)]
    [TestCase(999)]
    [TestCase(1000)]
    [TestCase(3_000_000)]
    public void A_text_of_unknown_length_has_its_length_when_it_ends(int length)
    {
        var writer = new RespWriter();
        writer.Begin(2);
        writer.BeginText();
        writer.Write(Encoding.ASCII.GetBytes(new string('x', length)));
        writer.EndText();
        writer.Text("end");
        Assert.That(Text(writer), Is.EqualTo($"*2\r\n${length}\r\n{new string('x', length)}\r\n$3\r\nend\r\n"));
    }

    [Test]
    public void Commands_are_counted_and_cleared()
    {
        var writer = new RespWriter();
        writer.Command("PING");
        writer.Command("PING");
        Assert.That(writer.Commands, Is.EqualTo(2));
        Assert.That(Text(writer.Behind("ASKING")), Is.EqualTo("*1\r\n$6\r\nASKING\r\n" + Text(writer)));
        writer.Clear();
        Assert.That((writer.Commands, writer.Written.Length), Is.EqualTo((0, 0)));
    }

    private static string Text(RespWriter writer) => Encoding.UTF8.GetString(writer.Written.Span);
}
