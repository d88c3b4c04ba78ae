using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>The build fails when what a package shows differs from the files beside its project.</summary>
internal sealed class PublicApiTests
{
    private static readonly string Project = Path.Combine(Repository.Root, "src", "SocketIo.Engine");

    [Test]
    public async Task A_build_without_a_change_passes()
    {
        var (exitCode, output) = await BuildAsync(static lines => lines);
        Assert.That(exitCode, Is.Zero, output);
    }

    [Test]
    public async Task A_member_that_the_file_does_not_list_fails_the_build()
    {
        var (exitCode, output) = await BuildAsync(static lines => lines.Where(static line => !line.Contains(".UseEpoll(", StringComparison.Ordinal)));
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("error RS0016").And.Contain("UseEpoll"));
    }

    [Test]
    public async Task A_member_that_is_gone_fails_the_build()
    {
        var (exitCode, output) = await BuildAsync(static lines => [.. lines, "SocketIo.Gone.Gone() -> void"]);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("error RS0017").And.Contain("SocketIo.Gone.Gone()"));
    }

    [Test]
    public void Every_project_that_is_published_lists_what_it_shows() =>
        Assert.That(
            from project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            from file in (string[])["PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"]
            select new FileInfo(Path.Combine(Path.GetDirectoryName(project)!, file)),
            Has.All.Exist);

    /// <summary>Builds a project with a changed copy of its file, beside its own output.</summary>
    private static async Task<(int ExitCode, string Output)> BuildAsync(Func<IEnumerable<string>, IEnumerable<string>> change)
    {
        var folder = Directory.CreateTempSubdirectory("public-api").FullName + Path.DirectorySeparatorChar;
        try
        {
            await File.WriteAllLinesAsync(
                folder + "PublicAPI.Unshipped.txt", change(await File.ReadAllLinesAsync(Path.Combine(Project, "PublicAPI.Unshipped.txt"))));
            await File.WriteAllTextAsync(folder + "changed.targets", $"""
                <Project>
                  <Target Name="ChangePublicApi" BeforeTargets="CoreCompile">
                    <ItemGroup>
                      <AdditionalFiles Remove="PublicAPI.Unshipped.txt" />
                      <AdditionalFiles Include="{folder}PublicAPI.Unshipped.txt" />
                    </ItemGroup>
                  </Target>
                </Project>
                """);
            return await Command.DotnetAsync(
                Project, new Dictionary<string, string>(), "build", "-nologo", "--no-restore", "-c", Repository.Configuration,
                $"-p:CustomAfterMicrosoftCommonTargets={folder}changed.targets", $"-p:IntermediateOutputPath={folder}obj/", $"-p:OutputPath={folder}bin/");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
