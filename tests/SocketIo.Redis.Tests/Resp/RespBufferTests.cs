using System.Text;
using SocketIo.Redis.Resp;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Resp;

/// <summary>Replies in any pieces, and what is no reply.</summary>
public class RespBufferTests
{
    private static readonly string[] Replies =
    [
        "+OK\r\n",
        "-ERR unknown command\r\n",
        ":1234\r\n",
        ":-1\r\n",
        "$5\r\nhello\r\n",
        "$0\r\n\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        "*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$4\r\na\r\nb\r\n",
        "*1\r\n*2\r\n$4\r\nname\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n",
        "%1\r\n+key\r\n*2\r\n:1\r\n:2\r\n",
        "~2\r\n#t\r\n,1.5\r\n",
        ">2\r\n+pubsub\r\n_\r\n",
        "|1\r\n+ttl\r\n:10\r\n+value\r\n",
        "=8\r\ntxt:some\r\n",
        "!5\r\nERR x\r\n",
        "(12345678901234567890\r\n",
    ];

    private static readonly string[] Malformed =
    [
        "hello\r\n",
        "\r\n",
        "$x\r\n",
        "$\r\n",
        "$-2\r\n",
        "$12345678901\r\n",
        "*99999999\r\n",
        "*1.5\r\n",
        "$1\r\nab\r\n",
        "$1\r\na\r\r",
        "+OK\n",
        "*2\r\n*1000000\r\n*1000000\r\n",
    ];

    [TestCaseSource(nameof(Replies))]
    public async Task A_reply_is_found_wherever_it_is_cut(string reply)
    {
        var bytes = Encoding.ASCII.GetBytes(reply + "+next\r\n");
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.That(await ReadAsync([bytes[..cut], bytes[cut..]]), Is.EqualTo(new[] { reply, "+next\r\n" }));
        Assert.That(await ReadAsync([.. bytes.Select(one => new[] { one })]), Is.EqualTo(new[] { reply, "+next\r\n" }));
    }

    [TestCaseSource(nameof(Malformed))]
    public void What_is_no_reply_ends_the_reading(string bytes) =>
        Assert.That(async () => await ReadAsync([Encoding.ASCII.GetBytes(bytes)]), Throws.TypeOf<RespFormatException>());

    [Test]
    public void A_line_without_an_end_ends_the_reading()
    {
        var endless = new byte[100_000];
        endless.AsSpan().Fill((byte)'+');
        Assert.That(async () => await ReadAsync([endless]), Throws.TypeOf<RespFormatException>());
    }

    [Test]
    public async Task A_text_of_megabytes_arrives_whole_and_its_memory_is_given_back()
    {
        var text = new string('x', 5_000_000);
        var large = $"${text.Length}\r\n{text}\r\n";
        Assert.That(await ReadAsync([Encoding.ASCII.GetBytes(large), "+next\r\n"u8.ToArray()]), Is.EqualTo(new[] { large, "+next\r\n" }));
    }

    [Test]
    public async Task A_length_alone_takes_no_memory()
    {
        var stream = new PartStream(["$500000000\r\nx"u8.ToArray()]);
        var buffer = new RespBuffer();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await buffer.FillAsync(stream, default);
        Assert.That(buffer.TryTake(out _), Is.False);
        Assert.That(async () => await buffer.FillAsync(stream, default), Throws.TypeOf<EndOfStreamException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000));
    }

    [Test]
    public void Elements_are_read_in_their_order()
    {
        var reader = new RespReader("*4\r\n$3\r\nabc\r\n|1\r\n+a\r\n+b\r\n:-7\r\n%1\r\n+k\r\n+v\r\n_\r\n"u8);
        Assert.That(reader.ReadList(), Is.EqualTo(4));
        Assert.That(reader.ReadString(), Is.EqualTo("abc"));
        Assert.That(reader.ReadNumber(), Is.EqualTo(-7));
        reader.Skip(1);
        Assert.That(reader.Read(), Is.EqualTo(RespKind.Null));
    }

    [Test]
    public void Another_kind_than_expected_is_told_and_an_error_by_its_text()
    {
        Assert.That(() => new RespReader("+OK\r\n"u8).ReadNumber(), Throws.TypeOf<RespFormatException>());
        Assert.That(
            () => new RespReader("-NOPERM no\r\n"u8).ReadNumber(),
            Throws.TypeOf<RespException>().With.Property(nameof(RespException.Code)).EqualTo("NOPERM"));
    }

    private static async Task<string[]> ReadAsync(byte[][] parts)
    {
        var stream = new PartStream(parts);
        var buffer = new RespBuffer();
        var replies = new List<string>();
        try
        {
            while (true)
            {
                while (TryTake(buffer, out var reply))
                    replies.Add(reply);
                await buffer.FillAsync(stream, default).AsTask().WithDeadline();
            }
        }
        catch (EndOfStreamException)
        {
            return [.. replies];
        }
    }

    private static bool TryTake(RespBuffer buffer, out string reply)
    {
        var found = buffer.TryTake(out var bytes);
        reply = Encoding.ASCII.GetString(bytes);
        return found;
    }
}
