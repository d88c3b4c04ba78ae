using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SocketIo.Engine.Polling;

/// <summary>The content codings of RFC 9110 8.4.1, and the choice between them.</summary>
internal static class ContentCoding
{
    public const string Brotli = "br";
    public const string Gzip = "gzip";
    public const string Deflate = "deflate";
    public const string Identity = "identity";

    // decides between equal weights
    private static readonly string[] SmallestFirst = [Brotli, Gzip, Deflate, Identity];
    private static readonly string[] QuickestFirst = [Gzip, Deflate, Brotli, Identity];

    /// <summary>The coding for what is compressed once and kept: the highest weight, then the smallest result.</summary>
    public static string Choose(IList<StringWithQualityHeaderValue> accepted) => Choose(accepted, SmallestFirst);

    /// <summary>The coding for what is compressed for one answer: the highest weight, then the least work.</summary>
    public static string ChooseQuick(IList<StringWithQualityHeaderValue> accepted) => Choose(accepted, QuickestFirst);

    /// <summary>The body in another coding than identity.</summary>
    // Optimal, not SmallestSize: somebody waits for it, and brotli's best level takes most of a second on a megabyte.
    public static byte[] Encode(string coding, ReadOnlySpan<byte> body)
    {
        var encoded = new MemoryStream();
        using (var stream = Compressor(coding, encoded))
            stream.Write(body);
        return encoded.ToArray();
    }

    /// <summary>The coding with the highest weight in Accept-Encoding; identity when nothing else is welcome.</summary>
    private static string Choose(IList<StringWithQualityHeaderValue> accepted, string[] preferred)
    {
        var best = Identity;
        var bestWeight = 0.0;
        foreach (var coding in preferred)
        {
            var weight = WeightOf(coding, accepted);
            if (weight > bestWeight)
                (best, bestWeight) = (coding, weight);
        }

        return best;
    }

    private static Stream Compressor(string coding, Stream target) => coding switch
    {
        Brotli => new BrotliStream(target, CompressionLevel.Optimal),
        Gzip => new GZipStream(target, CompressionLevel.Optimal),
        // RFC 9110 8.4.1.2: "deflate" is the zlib format
        Deflate => new ZLibStream(target, CompressionLevel.Optimal),
        _ => throw new ArgumentOutOfRangeException(nameof(coding), coding, null),
    };

    // RFC 9110 12.5.3: "*" stands for every coding that is not named, no q means 1, q=0 means never
    private static double WeightOf(string coding, IList<StringWithQualityHeaderValue> accepted)
    {
        double? any = null;
        foreach (var item in accepted)
        {
            if (StringSegment.Equals(item.Value, coding, StringComparison.OrdinalIgnoreCase))
                return item.Quality ?? 1;
            if (item.Value == "*")
                any = item.Quality ?? 1;
        }

        return any ?? 0;
    }
}
