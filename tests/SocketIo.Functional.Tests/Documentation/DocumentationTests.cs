using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Documentation;

/// <summary>The texts that users read hold what they say.</summary>
internal sealed partial class DocumentationTests
{
    private static IEnumerable<TestCaseData> CodeBlocks =>
        from document in Document.All
        from block in document.CodeBlocks
        select new TestCaseData(block.Code).SetArgDisplayNames($"{document.Name} line {block.Line}");

    private static IEnumerable<TestCaseData> CheatSheet =>
        from document in Document.All
        from line in document.CheatSheet
        select new TestCaseData(line.Code).SetArgDisplayNames($"{document.Name} line {line.Line}: {line.Code}");

    [TestCaseSource(nameof(CodeBlocks))]
    public void The_code_compiles(string code) => Assert.That(Snippet.ErrorsOf(code), Is.Empty);

    [TestCaseSource(nameof(CheatSheet))]
    public void A_line_of_the_cheat_sheet_compiles(string code) => Assert.That(Snippet.ErrorsOf($"_ = {code};"), Is.Empty);

    [Test]
    public void Code_that_does_not_compile_is_noticed() => Assert.That(Snippet.ErrorsOf("io.Emmit(1);"), Has.Count.EqualTo(1));

    [Test]
    public void Every_test_that_is_named_exists()
    {
        var named = Document.All.SelectMany(static document => document.NamedTests).ToHashSet();
        Assert.That(named, Is.Not.Empty);
        Assert.That(named.Except(ExistingTests()), Is.Empty);
    }

    [Test]
    public void Links_lead_somewhere()
    {
        var broken =
            from document in Document.All
            from link in document.Links
            let target = Path.Combine(Repository.Root, Path.GetDirectoryName(document.Name)!, link)
            where !Path.Exists(target)
            select $"{document.Name}: {link}";
        Assert.That(broken, Is.Empty);
    }

    private static HashSet<string> ExistingTests()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories);
        return [.. files.SelectMany(static file => TestMethod().Matches(File.ReadAllText(file))
            .Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}"))];
    }

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex TestMethod();
}
