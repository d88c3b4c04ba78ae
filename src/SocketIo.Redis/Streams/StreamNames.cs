using System.Globalization;

namespace SocketIo.Redis.Streams;

/// <summary>Which stream a namespace belongs to.</summary>
internal static class StreamNames
{
    /// <summary>All streams.</summary>
    public static IEnumerable<string> All(RedisStreamsOptions options) =>
        Enumerable.Range(0, options.StreamCount).Select(number => Name(options, number));

    /// <summary>
    /// The stream of a namespace. JavaScript nodes compute a negative number for some names and write to a stream that nobody reads;
    /// here such a namespace has one of the streams that all read.
    /// </summary>
    public static string Of(string namespaceName, RedisStreamsOptions options)
    {
        var number = Hash(namespaceName) % options.StreamCount;
        return Name(options, number < 0 ? number + options.StreamCount : number);
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
