namespace SocketIo.Benchmarks.Support;

/// <summary>What a benchmark's setup insists on: a fast wrong answer is not a figure.</summary>
internal static class Check
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what}: {actual}, not {expected}.");
    }

    public static void Same(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        if (!expected.SequenceEqual(actual))
            throw new InvalidOperationException($"{what}: {Convert.ToHexString(actual)}, not {Convert.ToHexString(expected)}.");
    }
}
