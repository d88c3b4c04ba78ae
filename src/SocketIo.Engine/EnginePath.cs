using System.Buffers;

namespace SocketIo.Engine;

/// <summary>What the path of an endpoint may be.</summary>
internal static class EnginePath
{
    public const string Rule = "start with '/' and have none of the characters {}?#*\\ and no two slashes in a row";

    // what a route pattern takes for a parameter, a URL for a query, or a browser for a slash
    private static readonly SearchValues<char> Special = SearchValues.Create("{}?#*\\");

    public static bool IsValid(string? path) =>
        path is ['/', ..] && !path.AsSpan().ContainsAny(Special) && !path.Contains("//", StringComparison.Ordinal);
}
