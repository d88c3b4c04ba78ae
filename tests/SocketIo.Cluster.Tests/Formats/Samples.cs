using System.Text;
using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Formats;

/// <summary>Bytes that official JavaScript adapters sent, captured: the folder cluster-samples.</summary>
public static class Samples
{
    /// <summary>The entries of a file.</summary>
    public static JsonElement[] Of(string file) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "cluster-samples", file + ".json")))
            .RootElement.GetProperty("entries").EnumerateArray()];

    /// <summary>Whole cluster messages: sharded Redis, the ephemeral ones of Streams, Postgres.</summary>
    public static IEnumerable<TestCaseData> Messages() =>
    [
        .. Hex("redis-sharded-dynamic", MessagePackFlavor.Notepack),
        .. Hex("redis-streams", MessagePackFlavor.Official),
        .. Hex("postgres", MessagePackFlavor.Official),
        .. Of("postgres").Where(static entry => entry.TryGetProperty("payload", out var payload) && payload.GetString()!.Contains("\"type\"") && !payload.GetString()!.Contains("attachmentId"))
            .Select(static entry => Case("postgres", entry, Encoding.UTF8.GetBytes(entry.GetProperty("payload").GetString()!), null)),
    ];

    /// <summary>Entries of the stream: type, uid, nsp and data as text.</summary>
    public static IEnumerable<TestCaseData> StreamEntries() => Of("redis-streams")
        .Where(static entry => entry.TryGetProperty("command", out var command) && command.GetString() == "XADD")
        .Select(static entry => new TestCaseData(entry.GetProperty("args").EnumerateArray().Select(static arg => arg.GetString()!).ToArray())
            .SetArgDisplayNames(entry.GetProperty("step").GetString()!));

    private static IEnumerable<TestCaseData> Hex(string file, MessagePackFlavor flavor) => Of(file)
        .Where(static entry => entry.TryGetProperty("payloadHex", out var hex) && !hex.GetString()!.Contains("..."))
        .Select(entry => Case(file, entry, Convert.FromHexString(entry.GetProperty("payloadHex").GetString()!), flavor));

    private static TestCaseData Case(string file, JsonElement entry, byte[] bytes, MessagePackFlavor? flavor) =>
        new TestCaseData(bytes, bytes[0] == '{' ? null : flavor).SetArgDisplayNames(file, entry.GetProperty("step").GetString()!);
}
