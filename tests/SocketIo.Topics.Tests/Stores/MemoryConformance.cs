using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Stores;

internal sealed class MemoryAppendTests : AppendConformance<MemoryHarness>;

internal sealed class MemoryKeyTests : KeyConformance<MemoryHarness>;

internal sealed class MemorySubscriptionTests : SubscriptionConformance<MemoryHarness>;

internal sealed class MemoryClaimTests : ClaimConformance<MemoryHarness>;

internal sealed class MemoryTrimTests : TrimConformance<MemoryHarness>;
