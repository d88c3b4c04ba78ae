using Npgsql;
using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Postgres.Tests.Topics;

public sealed class PostgresHarness : StoreHarness
{
    /// <summary>The schema of the test.</summary>
    public string Schema { get; } = $"topics \"{Guid.NewGuid():N}'é";

    public override ITopicStore CreateStore() =>
        new PostgresTopicStore(new PostgresTopicOptions { ConnectionString = Database.Server.ConnectionString, Schema = Schema });

    /// <summary>Executes a statement; <c>{0}</c> in it stands for the schema.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database.Server.ConnectionString);
        await using var command = source.CreateCommand(sql.Replace("{0}", PostgresSchema.Quote(Schema), StringComparison.Ordinal));
        return await command.ExecuteScalarAsync();
    }

    public override async ValueTask DisposeAsync() => await AskAsync("DROP SCHEMA IF EXISTS {0} CASCADE");
}
