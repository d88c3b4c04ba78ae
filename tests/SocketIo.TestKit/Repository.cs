namespace SocketIo.TestKit;

/// <summary>Where the files of the repository are, seen from the test assembly.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: the folder the test assembly was built into.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SocketIo.Core.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("SocketIo.Core.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
