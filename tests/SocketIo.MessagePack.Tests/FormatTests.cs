using System.Text;

namespace SocketIo.MessagePack.Tests;

public class FormatTests
{
    /// <summary>One sample of each of the 256 first bytes and what it reads as; no JSON for the one that is no format.</summary>
    public static IEnumerable<TestCaseData> Formats => Enumerable.Range(0, 256).Select(format =>
    {
        var (rest, json) = Sample((byte)format);
        return new TestCaseData((byte[])[(byte)format, .. rest], json).SetArgDisplayNames($"{format:X2}");
    });

    [TestCaseSource(nameof(Formats))]
    public void Every_format_reads_as_its_value(byte[] value, string? json)
    {
        if (json is null)
            Assert.That(Wire.Error(Wire.Event(value)), Is.EqualTo("invalid payload"));
        else
            Assert.That(Wire.Arguments(Wire.Event(value)), Is.EqualTo(new[] { json }));
    }

    [TestCaseSource(nameof(Formats))]
    public void Every_format_is_stepped_over_whole(byte[] value, string? json)
    {
        if (json is null)
            return;
        var arguments = Wire.Open(Wire.Packet(2, [0x93, 0xA1, (byte)'e', .. value, 0x2A]));
        arguments.Skip();
        Assert.That(arguments.Read<int>(), Is.EqualTo(42));
        Assert.That(arguments.HasMore, Is.False);
    }

    [TestCaseSource(nameof(Formats))]
    public void Every_format_reports_that_its_bytes_are_missing(byte[] value, string? json)
    {
        for (var length = 0; length < value.Length; length++)
        {
            var reader = new MessagePackReader(value.AsSpan(0, length));
            Assert.That(MessagePackValidator.Check(ref reader, 64), Is.EqualTo(MessagePackStatus.Truncated), $"{length} bytes, {json}");
        }
    }

    private static (byte[] Following, string? Json) Sample(byte format) => format switch
    {
        <= 0x7F => ([], $"{format}"),
        <= 0x8F => Map(format & 0x0F),
        <= 0x9F => Array(format & 0x0F),
        <= 0xBF => (Letters(format & 0x1F), $"\"{new string('x', format & 0x1F)}\""),
        0xC0 => ([], "null"),
        0xC1 => ([], null),
        0xC2 => ([], "false"),
        0xC3 => ([], "true"),
        0xC4 => ([2, 1, 2], "\"AQI=\""),
        0xC5 => ([0, 2, 1, 2], "\"AQI=\""),
        0xC6 => ([0, 0, 0, 2, 1, 2], "\"AQI=\""),
        0xC7 => ([2, 5, 1, 2], "[5,\"AQI=\"]"),
        0xC8 => ([0, 2, 0xFB, 1, 2], "[-5,\"AQI=\"]"),
        0xC9 => ([0, 0, 0, 2, 0, 1, 2], "\"AQI=\""),
        0xCA => ([0x3F, 0xC0, 0, 0], "1.5"),
        0xCB => ([0xC0, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18], "-3.141592653589793"),
        0xCC => ([255], "255"),
        0xCD => ([255, 255], "65535"),
        0xCE => ([255, 255, 255, 255], "4294967295"),
        0xCF => ([255, 255, 255, 255, 255, 255, 255, 255], "18446744073709551615"),
        0xD0 => ([0x80], "-128"),
        0xD1 => ([0x80, 0], "-32768"),
        0xD2 => ([0x80, 0, 0, 0], "-2147483648"),
        0xD3 => ([0x80, 0, 0, 0, 0, 0, 0, 0], "-9223372036854775808"),
        0xD4 => ([0, 0], ""),
        0xD5 => ([0, 1, 2], "[0,\"AQI=\"]"),
        0xD6 => ([1, 1, 2, 3, 4], "[1,\"AQIDBA==\"]"),
        0xD7 => ([0, 0, 0, 0x01, 0x8B, 0xCF, 0xE5, 0x68, 0x7B], "\"2023-11-14T22:13:20.123Z\""),
        0xD8 => ([1, .. new byte[16]], "[1,\"AAAAAAAAAAAAAAAAAAAAAA==\"]"),
        0xD9 => ([2, .. Letters(2)], "\"xx\""),
        0xDA => ([0, 2, .. Letters(2)], "\"xx\""),
        0xDB => ([0, 0, 0, 2, .. Letters(2)], "\"xx\""),
        0xDC => ([0, 1, 7], "[7]"),
        0xDD => ([0, 0, 0, 1, 7], "[7]"),
        0xDE => ([0, 1, 0xA1, (byte)'a', 7], "{\"a\":7}"),
        0xDF => ([0, 0, 0, 1, 0xA1, (byte)'a', 7], "{\"a\":7}"),
        >= 0xE0 => ([], $"{(sbyte)format}"),
    };

    private static byte[] Letters(int count) => Encoding.ASCII.GetBytes(new string('x', count));

    private static (byte[] Following, string Json) Array(int count) =>
        ([.. Enumerable.Range(0, count).Select(i => (byte)i)], $"[{string.Join(',', Enumerable.Range(0, count))}]");

    private static (byte[] Following, string Json) Map(int count) =>
    (
        [.. Enumerable.Range(0, count).SelectMany(i => new byte[] { 0xA1, (byte)('a' + i), (byte)i })],
        $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{(char)('a' + i)}\":{i}"))}}}"
    );
}
