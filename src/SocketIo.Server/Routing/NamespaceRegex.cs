using System.Text.RegularExpressions;

namespace SocketIo.Routing;

/// <summary>A user's expression for the names of namespaces, matched in bounded time: names come from clients.</summary>
internal static class NamespaceRegex
{
    // How long a match may take that has to backtrack: names are short, so a good expression needs microseconds.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The same expression without backtracking, whose time is in proportion to the name; where it has what that can't do (looks around,
    /// refers back), with a time limit, unless it brings one.
    /// </summary>
    public static Regex Bound(Regex regex)
    {
        if (regex.Options.HasFlag(RegexOptions.NonBacktracking))
            return regex;
        try
        {
            return new Regex(regex.ToString(), (regex.Options & ~RegexOptions.Compiled) | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is NotSupportedException or ArgumentException)
        {
            return regex.MatchTimeout == Regex.InfiniteMatchTimeout ? new Regex(regex.ToString(), regex.Options, Timeout) : regex;
        }
    }
}
