using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>What docs/reference-cases.md says agrees with itself.</summary>
public sealed partial class ReferenceCasesTests
{
    private static readonly string[] States = ["covered", "not applicable", "missing"];

    private readonly string[] _lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "reference-cases.md"));

    [Test]
    public void Every_row_names_its_tests_or_its_reason()
    {
        var rows = ReferenceCase.ReadAll(_lines);
        var covered = rows.Where(row => row.State == "covered").ToList();
        Assert.That(covered, Is.Not.Empty);
        Assert.That(covered.Where(row => !NamedTest().IsMatch(row.Test)), Is.Empty);
        Assert.That(rows.Where(static row => !States.Contains(row.State) || row.Test.Length == 0), Is.Empty);
    }

    [Test]
    public void The_totals_are_those_of_the_rows()
    {
        var rows = ReferenceCase.ReadAll(_lines);
        Assert.That(_lines.Count(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])), Is.EqualTo(rows.Count));
        string[] expected = [.. rows.GroupBy(row => row.File).Select(file => Totals(file.Key, file)), Totals("all", rows)];
        var found = _lines.Where(line => Total().IsMatch(line));
        Assert.That(found, Is.EqualTo(expected), "The totals should be:\n" + string.Join('\n', expected) + "\n");
    }

    private static string Totals(string name, IEnumerable<ReferenceCase> rows)
    {
        var counts = States.Select(state => rows.Where(row => row.State == state).Sum(row => row.Cases)).ToList();
        return $"| {name} | {rows.Sum(row => row.Cases)} | {string.Join(" | ", counts)} |";
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\| [^|]+ \| \d+ (\| \d+ ){3}\|$")]
    private static partial Regex Total();
}
