using System.Buffers;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Polling;

namespace SocketIo.Engine.Tests.Polling;

public class JsonpFormatTests
{
    [TestCase("0", "4a", "___eio[0](\"2:4a\");")]
    [TestCase("1a;2", "4a", "___eio[12](\"2:4a\");")]
    [TestCase("", "4a", "___eio[](\"2:4a\");")]
    [TestCase("0", "4\"\\\n\r\t\b\f\u0001é😀", "___eio[0](\"12:4\\\"\\\\\\n\\r\\t\\b\\f\\u0001é😀\");")]
    [TestCase("0", "4\u2027\u2028\u2029\u202a€", "___eio[0](\"6:4\u2027\\u2028\\u2029\u202a€\");")]
    public void An_answer_is_a_script(string callback, string packet, string expected)
    {
        var format = new JsonpFormat(callback);
        var payload = new ArrayBufferWriter<byte>();
        format.Write(Frame.Text(packet), payload);
        Assert.That(Encoding.UTF8.GetString(format.Finish(payload).WrittenSpan), Is.EqualTo(expected));
    }

    [TestCase("d=2%3A4a", "2:4a")]
    [TestCase("x=1&d=2:4a&y=2", "2:4a")]
    [TestCase("d=4:4a+%2B", "4:4a +")]
    [TestCase(@"d=3:4\na", "3:4\na")]
    [TestCase(@"d=4:4\\na", @"4:4\na")]
    [TestCase(@"d=4:4\\\na", @"4:4\\na")]
    [TestCase(@"d=4:4\x\", @"4:4\x\")]
    [TestCase("d=2%3A4%E2%82%AC", "2:4€")]
    public void A_form_is_unpacked(string form, string expected)
    {
        var body = Encoding.UTF8.GetBytes(form);
        var length = body.Length;
        Assert.That(new JsonpFormat("0").TryUnpack(body, ref length), Is.True);
        Assert.That(Encoding.UTF8.GetString(body, 0, length), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("d=")]
    [TestCase("e=2:4a")]
    [TestCase("2:4a")]
    public void A_form_without_a_payload_is_refused(string form)
    {
        var body = Encoding.UTF8.GetBytes(form);
        var length = body.Length;
        Assert.That(new JsonpFormat("0").TryUnpack(body, ref length), Is.False);
    }
}
