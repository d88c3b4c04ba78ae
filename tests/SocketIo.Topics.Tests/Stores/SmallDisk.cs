using System.Diagnostics;

namespace SocketIo.Topics.Tests.Stores;

/// <summary>A disk of few megabytes, in memory. Needs Linux and the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _folder;

    private SmallDisk(DirectoryInfo folder) => _folder = folder;

    public string Path => _folder.FullName;

    /// <summary>Ignores the test where nothing can be mounted.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("small-disk-");
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder.FullName))
            return new SmallDisk(folder);
        folder.Delete();
        Assert.Ignore("A small disk can be mounted on Linux by root only.");
        return null!;
    }

    public void Dispose()
    {
        Run("umount", _folder.FullName);
        _folder.Delete();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
