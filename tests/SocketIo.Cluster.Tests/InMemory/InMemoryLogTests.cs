using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>The sessions that the log in memory keeps.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class InMemoryLogTests
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    private readonly ManualClock _clock = new();
    private readonly InMemoryLog _log;

    public InMemoryLogTests() => _log = new InMemoryLog(10, _clock, static () => false);

    [Test]
    public async Task Sessions_that_were_taken_or_removed_or_are_over_do_not_add_up([Values("taken", "removed", "over")] string end)
    {
        for (var n = 0; n < 100_000; n++)
        {
            await _log.SaveAsync(Session($"{n}"), Kept, default);
            if (end == "taken")
                await _log.TakeAsync($"{n}", default);
            else if (end == "removed")
                await _log.RemoveAsync($"{n}", 0, Kept, default);
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.That(_log.SessionCount, Is.LessThanOrEqualTo(1_001));
        }
    }

    [Test]
    public async Task Sessions_that_can_be_taken_stay_and_those_that_were_taken_keep_older_ones_out_as_long_as_they_are_kept()
    {
        await _log.SaveAsync(Session("taken") with { Generation = 3 }, TimeSpan.FromHours(1), default);
        await _log.TakeAsync("taken", default);
        for (var n = 0; n < 5_000; n++)
            await _log.SaveAsync(Session($"{n}"), Kept, default);
        _clock.Advance(Kept);
        for (var n = 5_000; n < 20_000; n++)
            await _log.SaveAsync(Session($"{n}"), Kept, default);
        Assert.That(_log.SessionCount, Is.InRange(15_001, 20_001));
        for (var n = 5_000; n < 20_000; n++)
            Assert.That(await _log.FindAsync($"{n}", default), Is.Not.Null);
        await _log.SaveAsync(Session("taken") with { Generation = 3 }, Kept, default);
        Assert.That(await _log.FindAsync("taken", default), Is.Null);
        await _log.SaveAsync(Session("taken") with { Generation = 4 }, Kept, default);
        Assert.That(await _log.FindAsync("taken", default), Is.Not.Null);
    }

    private static StoredSession Session(string pid) => new() { Pid = pid, SocketId = "socket", Rooms = ["room"] };
}
