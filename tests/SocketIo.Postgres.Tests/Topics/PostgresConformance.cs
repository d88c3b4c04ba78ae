using SocketIo.Topics.Testing;

namespace SocketIo.Postgres.Tests.Topics;

internal sealed class PostgresAppendTests : AppendConformance<PostgresHarness>;

internal sealed class PostgresKeyTests : KeyConformance<PostgresHarness>;

internal sealed class PostgresSubscriptionTests : SubscriptionConformance<PostgresHarness>;

internal sealed class PostgresClaimTests : ClaimConformance<PostgresHarness>;

internal sealed class PostgresTrimTests : TrimConformance<PostgresHarness>;

internal sealed class PostgresReopenTests : ReopenConformance<PostgresHarness>;

internal sealed class PostgresSharedTests : SharedConformance<PostgresHarness>;

internal sealed class PostgresKillTests : KillConformance<PostgresHarness>
{
    protected override (string Kind, string Where) Arguments => ("postgres", $"{Database.Server.ConnectionString}|{Harness.Schema}");

    protected override int Processes => 2;
}
