using System.Reflection.Metadata;
using System.Text;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>What <c>dotnet pack</c> gives is complete, and a project that has nothing else talks to stock clients.</summary>
[TestFixture]
internal sealed class PackageTests
{
    private PackageFolder _packages = null!;

    private static string[] Ids => PackageFolder.Ids;

    [OneTimeSetUp]
    public async Task Pack() => _packages = await PackageFolder.PackAsync();

    [OneTimeTearDown]
    public void Delete() => _packages?.Dispose();

    [TestCaseSource(nameof(Ids))]
    public void A_package_says_what_it_is(string id)
    {
        var metadata = _packages.Metadata(id);
        Assert.Multiple(() =>
        {
            Assert.That(Text("license"), Is.EqualTo("MIT"));
            Assert.That(Text("readme"), Is.EqualTo("README.md"));
            Assert.That(Text("icon"), Is.EqualTo("icon.png"));
            Assert.That(Text("description"), Is.Not.Empty);
            Assert.That(Text("tags"), Does.Contain("socket.io"));
            Assert.That(_packages.Read(id, "nupkg", "README.md"), Is.Not.Empty);
            Assert.That(_packages.Read(id, "nupkg", "icon.png").AsSpan(1, 3).SequenceEqual("PNG"u8));
        });

        string Text(string name) => metadata.Element(metadata.Name.Namespace + name)?.Value ?? "";
    }

    [TestCase("SocketIo.Cluster", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions")]
    [TestCase("SocketIo.Engine")]
    [TestCase("SocketIo.Server", "SocketIo.Cluster", "SocketIo.Engine", "SocketIo.Topics")]
    [TestCase("SocketIo.MessagePack", "SocketIo.Server")]
    [TestCase("SocketIo.Emitter", "SocketIo.Cluster", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions")]
    [TestCase("SocketIo.Redis", "SocketIo.Topics", "StackExchange.Redis", "Microsoft.Extensions.Options", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions")]
    [TestCase("SocketIo.Topics", "SocketIo.Cluster", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions")]
    [TestCase("SocketIo.Postgres", "SocketIo.Topics", "Npgsql", "Microsoft.Extensions.Options", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions")]
    [TestCase("SocketIo.Sqlite", "SocketIo.Topics", "Microsoft.Data.Sqlite", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions")]
    public void A_package_brings_what_it_needs_and_nothing_else(string id, params string[] needed)
    {
        var metadata = _packages.Metadata(id);
        var dependencies = metadata.Descendants(metadata.Name.Namespace + "dependency").Select(static one => (string)one.Attribute("id")!);
        Assert.That(dependencies, Is.EquivalentTo(needed));
    }

    [TestCaseSource(nameof(Ids))]
    public void The_public_members_are_documented(string id) =>
        Assert.That(Encoding.UTF8.GetString(_packages.Read(id, "nupkg", $"lib/net10.0/{id}.xml")), Does.Contain("<summary>"));

    [TestCaseSource(nameof(Ids))]
    public void The_symbols_name_the_sources_without_the_machine_that_built_them(string id)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(_packages.Read(id, "snupkg", $"lib/net10.0/{id}.pdb")));
        var reader = provider.GetMetadataReader();
        var sources = reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)).ToArray();
        Assert.That(sources, Has.Some.StartsWith($"/_/src/{id}/"));
        Assert.That(sources, Has.All.StartsWith("/_/"));
        Assert.That(
            Encoding.Latin1.GetString(_packages.Read(id, "nupkg", $"lib/net10.0/{id}.dll")),
            Does.Not.Contain(TestKit.Repository.Root + "/"));
    }

    [Test]
    public async Task A_project_with_the_packages_alone_serves_stock_clients()
    {
        var metadata = _packages.Metadata("SocketIo.Server");
        await using var consumer = await Consumer.BuildAsync(_packages, metadata.Element(metadata.Name.Namespace + "version")!.Value);

        var address = await consumer.StartAsync();
        await using (var client = await StockClients.Node.OpenAsync(address))
        {
            await client.ConnectedAsync();
            Assert.That((await client.EmitWithAckAsync("sum", 1, 2))[0].GetInt32(), Is.EqualTo(3));
        }
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync(address + "/socket.io/socket.io.min.js"), Does.StartWith("/*!"));

        address = await consumer.StartAsync("msgpack");
        await using (var client = await StockClients.Node.OpenAsync(address, new { parser = "msgpack" }))
        {
            await client.ConnectedAsync();
            Assert.That((await client.EmitWithAckAsync("sum", 3, 4))[0].GetInt32(), Is.EqualTo(7));
        }
    }
}
