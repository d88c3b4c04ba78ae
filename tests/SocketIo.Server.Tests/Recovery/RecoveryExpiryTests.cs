using SocketIo.Recovery;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Recovery;

public class RecoveryExpiryTests
{
    [Test]
    public void A_clock_that_throws_ends_neither_the_process_nor_the_timer()
    {
        var (clock, log, looks) = (new ManualClock(), new LogSink(), 0);
        var expiry = new RecoveryExpiry(
            clock, TimeSpan.FromSeconds(20), () => ++looks == 1 ? throw new InvalidOperationException("no time") : false, log.CreateLogger("any"));
        expiry.Run();
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That((looks, clock.ActiveTimers), Is.EqualTo((2, 0)));
        Assert.That(log.Entries.Single().ToString(), Does.Contain("tried again").And.Contain("no time"));
    }
}
