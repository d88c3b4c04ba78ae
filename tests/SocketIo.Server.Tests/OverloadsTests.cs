using System.Text.RegularExpressions;
using SocketIo.Overloads;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests;

/// <summary>Methods that differ only in the number of arguments and the kind of result are written by tools/Overloads.</summary>
internal sealed partial class OverloadsTests
{
    private static IEnumerable<TestCaseData> Files => GeneratedFile.All.Select(static file => new TestCaseData(file).SetArgDisplayNames(file.Path));

    [TestCaseSource(nameof(Files))]
    public void The_file_is_what_the_tool_writes(GeneratedFile file) =>
        Assert.That(File.ReadAllText(Path.Combine(Repository.Root, file.Path)), Is.EqualTo(file.Text), "run dotnet run --project tools/Overloads");

    [Test]
    public void No_other_file_is_called_generated() =>
        Assert.That(
            Sources().Where(static path => path.EndsWith(".g.cs", StringComparison.Ordinal)).Select(static path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')),
            Is.EquivalentTo(GeneratedFile.All.Select(static file => file.Path)));

    [Test]
    public void No_overloads_by_number_of_arguments_are_written_by_hand() =>
        Assert.That(
            Sources().Where(static path => !path.EndsWith(".g.cs", StringComparison.Ordinal) && ManyTypeParameters().IsMatch(File.ReadAllText(path))),
            Is.Empty);

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static folder => folder is "obj" or "bin" or "node_modules"));

    [GeneratedRegex(@"\bT3\b|\bT2, T|object\? arg2")]
    private static partial Regex ManyTypeParameters();
}
