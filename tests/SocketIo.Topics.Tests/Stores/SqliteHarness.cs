using Microsoft.Data.Sqlite;
using SocketIo.Sqlite;
using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Stores;

public sealed class SqliteHarness : StoreHarness
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("topics-");

    /// <summary>The file of the test.</summary>
    public string File => Path.Combine(_folder.FullName, "events.db");

    public override ITopicStore CreateStore() => new SqliteTopicStore(File);

    public override ValueTask AssertIntactAsync()
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.That(command.ExecuteScalar(), Is.EqualTo("ok"));
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
