using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>What docs/reference-cases.md says agrees with itself and with the tests.</summary>
public sealed partial class ReferenceCasesTests
{
    private static readonly string[] States = ["covered", "not applicable", "missing", "elsewhere"];

    private readonly string[] _lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "reference-cases.md"));

    [Test]
    public void Every_test_that_the_table_names_exists()
    {
        var named = _lines.SelectMany(line => NamedTest().Matches(line)).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.That(named, Is.Not.Empty);
        Assert.That(named.Except(ExistingTests()), Is.Empty);
    }

    [Test]
    public void Every_row_names_its_tests_or_its_reason()
    {
        var rows = ReferenceCase.ReadAll(_lines);
        var covered = rows.Where(row => row.State == "covered").ToList();
        Assert.That(covered, Is.Not.Empty);
        Assert.That(covered.Where(row => !NamedTest().IsMatch(row.Test)), Is.Empty);
        // a file with open rows has not been gone through yet
        var assessed = rows.GroupBy(row => row.File).Where(file => file.All(row => States.Contains(row.State))).SelectMany(file => file);
        Assert.That(assessed.Where(row => row.Test.Length == 0), Is.Empty);
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
        var all = rows.Sum(row => row.Cases);
        return $"| {name} | {all} | {string.Join(" | ", counts)} | {all - counts.Sum()} |";
    }

    private static HashSet<string> ExistingTests()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories);
        return [.. files.SelectMany(file => TestMethod().Matches(File.ReadAllText(file))
            .Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}"))];
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\| [^|]+ \| \d+ (\| \d+ ){5}\|$")]
    private static partial Regex Total();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex TestMethod();
}
