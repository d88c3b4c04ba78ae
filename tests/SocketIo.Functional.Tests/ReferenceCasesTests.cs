using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>Every test that docs/reference-cases.md names is there.</summary>
public sealed partial class ReferenceCasesTests
{
    [Test]
    public void Every_test_that_the_table_names_exists()
    {
        var table = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference-cases.md"));
        var named = NamedTest().Matches(table).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.That(named, Is.Not.Empty);
        Assert.That(named.Except(ExistingTests()), Is.Empty);
    }

    private static HashSet<string> ExistingTests()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories);
        return [.. files.SelectMany(file => TestMethod().Matches(File.ReadAllText(file))
            .Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}"))];
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex TestMethod();
}
