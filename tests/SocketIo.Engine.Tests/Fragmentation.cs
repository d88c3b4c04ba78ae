namespace SocketIo.Engine.Tests;

/// <summary>A way to cut input into parts; <see cref="Cut"/> gives every such cut of the bytes.</summary>
public sealed record Fragmentation(string Name, bool Incremental, Func<byte[], IEnumerable<byte[][]>> Cut)
{
    public static readonly Fragmentation[] All =
    [
        new("whole", false, bytes => [[bytes]]),
        new("every two parts, one after the other", true, TwoParts),
        new("every two parts, as one sequence", false, TwoParts),
        new("single bytes, one after the other", true, SingleBytes),
        new("single bytes, as one sequence", false, SingleBytes),
        new("every two parts with nothing between, as one sequence", false, bytes => TwoParts(bytes).Select(two => new[] { [], two[0], [], two[1], [] })),
    ];

    public override string ToString() => Name;

    private static IEnumerable<byte[][]> TwoParts(byte[] bytes) =>
        Enumerable.Range(0, bytes.Length + 1).Select(at => new[] { bytes[..at], bytes[at..] });

    private static IEnumerable<byte[][]> SingleBytes(byte[] bytes) => [[.. bytes.Select(one => new[] { one })]];
}
