using System.Text.RegularExpressions;

namespace SocketIo.Functional.Tests;

/// <summary>A row of docs/reference-cases.md: one or more cases of a file of the reference's.</summary>
internal sealed partial record ReferenceCase(string File, int Cases, string Text, string Test, string State)
{
    public static List<ReferenceCase> ReadAll(string[] lines)
    {
        var rows = new List<ReferenceCase>();
        var file = "";
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                file = line[3..];
            if (Row().Match(line) is { Success: true, Groups: var groups })
                rows.Add(new ReferenceCase(file, groups[1].Value.Split(',').Length, groups[2].Value.Trim(), groups[3].Value.Trim(), groups[4].Value));
        }
        return rows;
    }

    [GeneratedRegex(@"^\| (\d[\d, ]*) \|(.*)\|(.*)\| ([a-z ]+) \|$")]
    private static partial Regex Row();
}
