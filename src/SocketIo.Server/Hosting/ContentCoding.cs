using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SocketIo.Hosting;

/// <summary>The content codings of RFC 9110 8.4.1, and the choice between them.</summary>
internal static class ContentCoding
{
    public const string Brotli = "br";
    public const string Gzip = "gzip";
    public const string Deflate = "deflate";
    public const string Identity = "identity";

    // smallest result first: decides between equal weights
    private static readonly string[] Preferred = [Brotli, Gzip, Deflate, Identity];

    /// <summary>The coding with the highest weight in Accept-Encoding; identity when nothing else is welcome.</summary>
    public static string Choose(IList<StringWithQualityHeaderValue> accepted)
    {
        var best = Identity;
        var bestWeight = 0.0;
        foreach (var coding in Preferred)
        {
            var weight = WeightOf(coding, accepted);
            if (weight > bestWeight)
                (best, bestWeight) = (coding, weight);
        }

        return best;
    }

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
