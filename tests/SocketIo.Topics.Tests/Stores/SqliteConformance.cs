using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Stores;

internal sealed class SqliteAppendTests : AppendConformance<SqliteHarness>;

internal sealed class SqliteKeyTests : KeyConformance<SqliteHarness>;

internal sealed class SqliteSubscriptionTests : SubscriptionConformance<SqliteHarness>;

internal sealed class SqliteClaimTests : ClaimConformance<SqliteHarness>;

internal sealed class SqliteTrimTests : TrimConformance<SqliteHarness>;

internal sealed class SqliteReopenTests : ReopenConformance<SqliteHarness>;

internal sealed class SqliteSingleServerTests : SingleServerConformance<SqliteHarness>;

internal sealed class SqliteKillTests : KillConformance<SqliteHarness>
{
    protected override (string Kind, string Where) Arguments => ("sqlite", Harness.File);
}
