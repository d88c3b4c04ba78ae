using System.Text;
using System.Text.RegularExpressions;

namespace SocketIo.Routing;

/// <summary>Names with placeholders, such as "/tenant-{id}".</summary>
internal static class NamespaceTemplate
{
    // Names come from clients: a match takes time in proportion to the name, whatever it is.
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <exception cref="ArgumentException">A brace is not closed, a placeholder has no name, or has more than a name.</exception>
    public static Regex ToRegex(string template)
    {
        var regex = new StringBuilder("^");
        if (!template.StartsWith('/'))
            regex.Append('/');
        for (var rest = template.AsSpan(); !rest.IsEmpty;)
        {
            var open = rest.IndexOf('{');
            regex.Append(Regex.Escape((open < 0 ? rest : rest[..open]).ToString()));
            if (open < 0)
                break;
            var close = rest.IndexOf('}');
            if (close < open + 2)
                throw new ArgumentException($"The placeholder in '{template}' at '{rest[open..]}' is not closed or has no name.", nameof(template));
            if (!IsName(rest[(open + 1)..close]))
            {
                throw new ArgumentException(
                    $"The placeholder '{rest[open..(close + 1)]}' in '{template}' is not a name of letters, digits and '_'. There are no constraints and defaults here; use a regular expression or a predicate.",
                    nameof(template));
            }
            regex.Append("[^/]+");
            rest = rest[(close + 1)..];
        }
        return new Regex(regex.Append(@"\z").ToString(), Options);
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsLetterOrDigit(character) && character != '_')
                return false;
        }
        return true;
    }
}
