using System.Buffers;
using System.Text;
using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Postgres.Backplanes;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>What JavaScript nodes sent is read, and what is written for the same message has the same bytes.</summary>
public class SampleTests
{
    private static JsonElement[] Entries { get; } =
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "cluster-samples", "postgres.json"))).RootElement.GetProperty("entries").EnumerateArray()];

    private static IEnumerable<TestCaseData> Notifications() => Entries.Where(static entry => entry.TryGetProperty("payload", out _))
        .Select(static entry => Case(entry, entry.GetProperty("payload").GetString()!));

    private static IEnumerable<TestCaseData> Attachments() => Entries
        .Where(static entry => entry.TryGetProperty("payloadHex", out var hex) && !hex.GetString()!.Contains("...", StringComparison.Ordinal))
        .Select(static entry => Case(entry, Convert.FromHexString(entry.GetProperty("payloadHex").GetString()!)));

    [TestCaseSource(nameof(Notifications))]
    public void A_notification_is_written_as_it_was_read(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        Assert.That(NotificationHead.TryRead(bytes, out var head, out var fault), fault);
        if (head.Attachment is { } attachment)
        {
            Assert.That(payload, Is.EqualTo($"{{\"uid\":\"{head.Sender}\",\"type\":{JsonDocument.Parse(payload).RootElement.GetProperty("type")},\"attachmentId\":\"{attachment}\"}}"));
            return;
        }
        Assert.That(MixedFormat.TryRead(bytes, out var message, out var error), error);
        Assert.That(head.Sender, Is.EqualTo(message!.Sender));
        // emitters do not name the namespace, or do it in the packet, and write the options in another order
        if (message.Sender != ClusterMessage.EmitterId)
            Assert.That(Outgoing.Encode(message, null), Is.EqualTo(new Outgoing(payload, null, null, 0)));
    }

    [TestCaseSource(nameof(Attachments))]
    public void An_attachment_is_written_as_it_was_read(byte[] payload)
    {
        Assert.That(MixedFormat.TryRead(payload, out var message, out var error), error);
        var written = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(message!, written, MessagePackFlavor.Official);
        if (message!.Sender != ClusterMessage.EmitterId)
            Assert.That(Convert.ToHexString(written.WrittenSpan), Is.EqualTo(Convert.ToHexString(payload)));
    }

    private static TestCaseData Case(JsonElement entry, object value) => new TestCaseData(value).SetArgDisplayNames(entry.GetProperty("step").GetString()!);
}
