using System.Globalization;

namespace SocketIo.Redis.Streams;

/// <summary>Which stream a namespace belongs to.</summary>
internal static class StreamNames
{
    /// <summary>All streams.</summary>
    public static IEnumerable<string> All(RedisStreamsOptions options) =>
        Enumerable.Range(0, options.StreamCount).Select(number => Name(options, number));

    /// <summary>The stream of a namespace, one of those that all servers read.</summary>
    public static string Of(string namespaceName, RedisStreamsOptions options)
    {
        var number = Hash(namespaceName) % options.StreamCount;
        return Name(options, number < 0 ? number + options.StreamCount : number);
    }

    /// <summary>
    /// With several streams: those that JavaScript programs write the namespace's entries to and no JavaScript server reads. Emitters, which
    /// know one stream only, write to that of the bare name; servers to one with a negative number, where they compute that for the namespace.
    /// </summary>
    public static IEnumerable<string> StraysOf(string namespaceName, RedisStreamsOptions options)
    {
        if (options.StreamCount == 1)
            yield break;
        yield return options.StreamName;
        if (Hash(namespaceName) % options.StreamCount is < 0 and var number)
            yield return Name(options, number);
    }

    private static string Name(RedisStreamsOptions options, int number) => options.StreamCount == 1
        ? options.StreamName
        : string.Create(CultureInfo.InvariantCulture, $"{options.StreamName}-{number}");

    // Java's String.hashCode, as JavaScript nodes compute it
    private static int Hash(string text)
    {
        var hash = 0;
        foreach (var character in text)
            hash = unchecked(hash * 31 + character);
        return hash;
    }
}
