using System.Text.RegularExpressions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Documentation;

/// <summary>One of the texts that users read, and what a test can check of it.</summary>
internal sealed partial record Document(string Name, string Text)
{
    public static IEnumerable<Document> All =>
        from path in (string[])["README.md", .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Order(StringComparer.Ordinal)]
        let full = Path.Combine(Repository.Root, path)
        select new Document(Path.GetRelativePath(Repository.Root, full).Replace('\\', '/'), File.ReadAllText(full));

    /// <summary>The C# between fences.</summary>
    public IEnumerable<(int Line, string Code)> CodeBlocks =>
        CodeBlock().Matches(Text).Select(match => (LineOf(match.Index), match.Groups["code"].Value));

    /// <summary>The C# within the lines of the tables whose head says "here".</summary>
    public IEnumerable<(int Line, string Code)> CheatSheet =>
        from table in EmitTable().Matches(Text)
        from cell in LastCell().Matches(table.Value)
        from code in InlineCode().Matches(cell.Value)
        where code.Groups[1].Value.Contains('(', StringComparison.Ordinal)
        select (LineOf(table.Index + cell.Index), code.Groups[1].Value);

    public IEnumerable<string> NamedTests => NamedTest().Matches(Text).Select(static match => match.Groups[1].Value);

    /// <summary>Where links to other files of the repository lead.</summary>
    public IEnumerable<string> Links => Link().Matches(Text).Select(static match => match.Groups[1].Value);

    private int LineOf(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex(@"^(?<indent> *)```csharp\r?\n(?<code>.*?)^\k<indent>```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\| JavaScript server \| here \|\n(?:\|.*\n)+", RegexOptions.Multiline)]
    private static partial Regex EmitTable();

    [GeneratedRegex(@"\| [^|\n]*\|$", RegexOptions.Multiline)]
    private static partial Regex LastCell();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\]\((?!https?:)([^)#\s]+)")]
    private static partial Regex Link();
}
