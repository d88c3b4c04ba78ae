using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Tests.Frames;

public class Base64TextTests
{
    // what Buffer.from(text, "base64") gives on Node 20
    [TestCase("YQ==", "61")]
    [TestCase("YQ", "61")]
    [TestCase("Y", "")]
    [TestCase("", "")]
    [TestCase("YQ==YQ==", "61")]
    [TestCase("Y Q = =", "61")]
    [TestCase("YW-_", "616FBF")]
    [TestCase("YW+/", "616FBF")]
    [TestCase("!!!!", "")]
    [TestCase("YWJj\n", "616263")]
    [TestCase("YQ=Q", "61")]
    [TestCase("=YQ", "")]
    [TestCase("YWJ", "6162")]
    [TestCase("YWI=", "6162")]
    [TestCase("Y$Q=", "61")]
    [TestCase("YWJjZ", "616263")]
    [TestCase("éYQ", "61")]
    [TestCase("YR==", "61")]
    public void Any_text_is_read_as_the_reference_reads_it(string text, string hex)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var decoded = new byte[Base64Text.MaxDecodedLength(bytes.Length)];
        Assert.That(Convert.ToHexString(decoded.AsSpan(0, Base64Text.Decode(bytes, decoded))), Is.EqualTo(hex));
        Assert.That(Convert.ToHexString(bytes.AsSpan(0, Base64Text.DecodeInPlace(bytes))), Is.EqualTo(hex), "in place");
    }

    [Test]
    public void Bytes_of_any_length_come_back([Range(0, 70)] int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
        var decoded = new byte[Base64Text.MaxDecodedLength(text.Length)];
        Assert.That(decoded[..Base64Text.Decode(text, decoded)], Is.EqualTo(bytes));
        Assert.That(text[..Base64Text.DecodeInPlace(text)], Is.EqualTo(bytes));
    }
}
