using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Formats;

/// <summary>Commands that official JavaScript adapters sent to Redis, captured: the folder cluster-samples.</summary>
public static class Samples
{
    /// <summary>PUBLISH and SPUBLISH: the channel and the bytes.</summary>
    public static IEnumerable<TestCaseData> Published(string file) => Entries(file)
        .Where(static entry => entry.TryGetProperty("payloadHex", out var hex) && !hex.GetString()!.Contains("...", StringComparison.Ordinal))
        .Select(static entry => Case(entry, entry.GetProperty("channel").GetString()!, Convert.FromHexString(entry.GetProperty("payloadHex").GetString()!)));

    /// <summary>XADD: all arguments.</summary>
    public static IEnumerable<TestCaseData> Added(string file) => Entries(file)
        .Where(static entry => entry.GetProperty("command").GetString() == "XADD")
        .Select(static entry => entry.GetProperty("args").EnumerateArray().Select(static arg => arg.GetString()!).ToArray())
        .Where(static arguments => !arguments.Any(static argument => argument.EndsWith("...", StringComparison.Ordinal)))
        .Select(static arguments => new TestCaseData((object)arguments).SetArgDisplayNames(string.Join(' ', arguments[6..12])));

    private static JsonElement[] Entries(string file) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "cluster-samples", file + ".json")))
            .RootElement.GetProperty("entries").EnumerateArray()];

    private static TestCaseData Case(JsonElement entry, string channel, byte[] bytes) =>
        new TestCaseData(channel, bytes).SetArgDisplayNames(entry.GetProperty("step").GetString()!, channel);
}
