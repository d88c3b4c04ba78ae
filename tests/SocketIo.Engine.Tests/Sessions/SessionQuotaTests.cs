using System.Net;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class SessionQuotaTests
{
    [Test]
    public void Sessions_are_counted_in_all_and_a_place_that_is_given_back_is_free()
    {
        var quota = new SessionQuota(2, null);
        Assert.That(quota.Enter(null, out var first), Is.EqualTo(QuotaResult.Free));
        Assert.That(quota.Enter(IPAddress.Loopback, out _), Is.EqualTo(QuotaResult.Free));
        Assert.That(quota.Look(null), Is.EqualTo(QuotaResult.Full));
        Assert.That(quota.Enter(null, out var refused), Is.EqualTo(QuotaResult.Full));
        quota.Leave(refused);
        Assert.That(quota.Count, Is.EqualTo(2), "one that was not counted in is not counted out");
        quota.Leave(first);
        Assert.That(quota.Enter(null, out _), Is.EqualTo(QuotaResult.Free));
    }

    [TestCase("203.0.113.1", "203.0.113.1", true)]
    [TestCase("203.0.113.1", "::ffff:203.0.113.1", true)]
    [TestCase("203.0.113.1", "203.0.113.2", false)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [TestCase("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [TestCase("::1", "::1", true)]
    [TestCase("::1", "127.0.0.1", false)]
    [TestCase("0.0.0.0", "0.0.0.1", false)]
    public void Addresses_are_one_when_they_are_one_host_s(string one, string other, bool isOne)
    {
        var quota = new SessionQuota(100, 1);
        Assert.That(quota.Enter(IPAddress.Parse(one), out var key), Is.EqualTo(QuotaResult.Free));
        Assert.That(quota.Enter(IPAddress.Parse(other), out _), Is.EqualTo(isOne ? QuotaResult.FullForAddress : QuotaResult.Free));
        Assert.That(quota.Enter(null, out _), Is.EqualTo(QuotaResult.Free), "who has no address has no limit of it");
        quota.Leave(key);
        Assert.That(quota.Enter(IPAddress.Parse(one), out _), Is.EqualTo(QuotaResult.Free));
    }

    [TestCase("203.0.113.1", true)]
    [TestCase("2001:db8::1", true)]
    [TestCase("11.0.0.1", true)]
    [TestCase("172.32.0.1", true)]
    [TestCase("100.128.0.1", true)]
    [TestCase("127.0.0.1", false)]
    [TestCase("::1", false)]
    [TestCase("10.1.2.3", false)]
    [TestCase("172.16.0.1", false)]
    [TestCase("192.168.7.7", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("169.254.0.1", false)]
    [TestCase("fd00::1", false)]
    [TestCase("fe80::1", false)]
    [TestCase("::ffff:10.0.0.1", false)]
    public void Without_a_number_public_addresses_have_a_limit_and_those_of_proxies_have_none(string address, bool isLimited)
    {
        var quota = new SessionQuota(int.MaxValue, null);
        for (var i = 0; i < SessionQuota.PublicDefault; i++)
            Assert.That(quota.Enter(IPAddress.Parse(address), out _), Is.EqualTo(QuotaResult.Free));
        Assert.That(quota.Enter(IPAddress.Parse(address), out _), Is.EqualTo(isLimited ? QuotaResult.FullForAddress : QuotaResult.Free));
    }

    [Test]
    public async Task Threads_that_race_for_places_never_get_one_too_many_and_leave_none_taken()
    {
        const int Max = 20;
        const int PerAddress = 6;
        var quota = new SessionQuota(Max, PerAddress);
        var inside = 0;
        var ofAddress = new int[5];
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5_000; i++)
            {
                var address = random.Next(ofAddress.Length);
                if (quota.Enter(new IPAddress([203, 0, 113, (byte)address]), out var key) is not QuotaResult.Free)
                    continue;
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Assert.That(Interlocked.Increment(ref ofAddress[address]), Is.LessThanOrEqualTo(PerAddress));
                Thread.SpinWait(random.Next(200));
                Interlocked.Decrement(ref ofAddress[address]);
                Interlocked.Decrement(ref inside);
                quota.Leave(key);
            }
        }))).WithDeadline();
        Assert.That(most, Is.LessThanOrEqualTo(Max));
        Assert.That(quota.Count, Is.Zero);
    }
}
