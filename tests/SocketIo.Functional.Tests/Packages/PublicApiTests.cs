using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>The build fails when what a package shows differs from the file beside its project.</summary>
internal sealed class PublicApiTests
{
    [Test]
    public async Task A_build_without_a_change_passes()
    {
        var (exitCode, output) = await BuildAsync(static lines => lines);
        Assert.That(exitCode, Is.Zero, output);
    }

    [Test]
    public async Task A_member_that_the_file_does_not_list_fails_the_build()
    {
        var (exitCode, output) = await BuildAsync(static lines => lines.Where(static line => !line.Contains(" AddMessagePack(", StringComparison.Ordinal) && !line.Contains(".AddMessagePack(", StringComparison.Ordinal)));
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("error API002").And.Contain("AddMessagePack").And.Contain("-p:UpdatePublicApi=true"));
    }

    [Test]
    public async Task A_member_that_is_gone_fails_the_build()
    {
        var (exitCode, output) = await BuildAsync(static lines => [.. lines, "public void SocketIo.Gone()"]);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain("error API003").And.Contain("SocketIo.Gone()"));
    }

    /// <summary>Runs the build's check on a changed copy of the file.</summary>
    private static async Task<(int ExitCode, string Output)> BuildAsync(Func<IEnumerable<string>, IEnumerable<string>> change)
    {
        var project = Path.Combine(Repository.Root, "src", "SocketIo.MessagePack");
        var file = Path.GetTempFileName();
        var stamp = Path.GetTempFileName();
        File.Delete(stamp);
        try
        {
            await File.WriteAllLinesAsync(file, change(await File.ReadAllLinesAsync(Path.Combine(project, "PublicApi.txt"))));
            return await Command.DotnetAsync(
                project, new Dictionary<string, string>(), "msbuild", "-nologo", "-t:CheckPublicApi",
                $"-p:Configuration={Repository.Configuration}", $"-p:PublicApiFile={file}", $"-p:PublicApiStamp={stamp}");
        }
        finally
        {
            File.Delete(file);
            File.Delete(stamp);
        }
    }
}
