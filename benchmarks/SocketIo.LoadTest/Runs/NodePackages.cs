using System.Diagnostics;

namespace SocketIo.LoadTest.Runs;

/// <summary>The reference server's files, and its packages from npm.</summary>
internal static class NodePackages
{
    private static string Folder => FindFolder();

    public static string Script => Path.Combine(Folder, "server.mjs");

    /// <summary>Installs what the lock file says, unless that is installed already.</summary>
    public static async Task EnsureAsync()
    {
        // npm writes it last, so it tells what is installed
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            return;
        Console.WriteLine("Installing the npm packages of the reference server (npm ci)");
        var npm = Launch.Find("npm") ?? throw new UsageException("npm was not found: leave node and bun out with --servers, or install it.");
        var start = new ProcessStartInfo(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new UsageException("npm ci failed; see above.");
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var peers = Path.Combine(folder.FullName, "peers");
            if (File.Exists(Path.Combine(peers, "server.mjs")))
                return peers;
        }
        throw new UsageException("The folder of the reference server (peers) is not above the program: run it from its build folder.");
    }
}
