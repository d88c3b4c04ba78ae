using System.IO.Compression;
using System.Xml.Linq;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>The packages as <c>dotnet pack</c> makes them, in a folder of their own.</summary>
internal sealed class PackageFolder : IDisposable
{
    public static readonly string[] Ids = ["SocketIo.Cluster", "SocketIo.Engine", "SocketIo.Server", "SocketIo.MessagePack", "SocketIo.Redis", "SocketIo.Emitter", "SocketIo.Topics", "SocketIo.Sqlite", "SocketIo.Postgres"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("packages-");

    public string Path => _folder.FullName;

    /// <summary>Packs the release build, which the test run has made unless it is one of another configuration.</summary>
    public static async Task<PackageFolder> PackAsync()
    {
        var packages = new PackageFolder();
        string[] asItIs = Repository.Configuration == "Release" ? ["--no-build"] : [];
        foreach (var id in Ids)
        {
            var (exitCode, output) = await Command.DotnetAsync(
                Repository.Root, new Dictionary<string, string>(),
                ["pack", System.IO.Path.Combine("src", id), "-c", "Release", "-o", packages.Path, "-nologo", .. asItIs]);
            if (exitCode != 0)
                throw new InvalidOperationException($"dotnet pack failed: {output}");
        }
        return packages;
    }

    /// <summary>A file of a package or of its symbols.</summary>
    /// <param name="id">The package.</param>
    /// <param name="extension">nupkg or snupkg.</param>
    /// <param name="entry">The file in it; "*.nuspec" for the one of that kind.</param>
    public byte[] Read(string id, string extension, string entry)
    {
        using var archive = ZipFile.OpenRead(Directory.GetFiles(Path, $"{id}.?.*.{extension}").Single());
        var found = archive.Entries.Single(one => entry[0] == '*' ? one.FullName.EndsWith(entry[1..], StringComparison.Ordinal) : one.FullName == entry);
        using var content = new MemoryStream();
        using (var stream = found.Open())
            stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>What a package says about itself.</summary>
    public XElement Metadata(string id)
    {
        var root = XElement.Load(new MemoryStream(Read(id, "nupkg", "*.nuspec")));
        return root.Element(root.Name.Namespace + "metadata")!;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
