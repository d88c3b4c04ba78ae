using SocketIo.Cluster;
using SocketIo.Redis.Streams;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Messages that came before the entries of the stream behind which they were sent.</summary>
public class EarlyMessagesTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _delivered = [];
    private int _read; // how far the stream was read
    private EarlyMessages _early = null!;

    [SetUp]
    public void Begin()
    {
        _delivered.Clear();
        _read = 0;
        _early = new EarlyMessages(
            message => message.After is { } after && int.Parse(after) > _read, message => _delivered.Add($"{message.Sender} {message.RequestId}"), _clock);
    }

    [TearDown]
    public void End() => _early.Dispose();

    [Test]
    public void They_wait_in_the_order_of_their_sender_until_the_stream_was_read()
    {
        Receive("a", "1", after: 5);
        Receive("a", "2");
        Receive("a", "3", after: 7);
        Assert.That(_delivered, Is.Empty);
        _read = 5;
        _early.Release();
        Assert.That(_delivered, Is.EqualTo(new[] { "a 1", "a 2" }));
        _read = 7;
        _early.Release();
        Receive("a", "4");
        Assert.That(_delivered, Is.EqualTo(new[] { "a 1", "a 2", "a 3", "a 4" }));
    }

    [Test]
    public void One_sender_holds_up_no_other_and_none_for_longer_than_a_moment()
    {
        Receive("forger", "1", after: int.MaxValue);
        Receive("b", "1");
        Assert.That(_delivered, Is.EqualTo(new[] { "b 1" }));
        _clock.Advance(TimeSpan.FromSeconds(0.9));
        Receive("forger", "2", after: int.MaxValue);
        Assert.That(_delivered, Has.Count.EqualTo(1));
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(_delivered, Is.EqualTo(new[] { "b 1", "forger 1" }));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(_delivered, Is.EqualTo(new[] { "b 1", "forger 1", "forger 2" }));
        Receive("forger", "3", after: 0);
        Assert.That(_delivered, Has.Count.EqualTo(4));
    }

    [Test]
    public void No_more_are_held_than_memory_is_meant_for()
    {
        for (var i = 0; i < 10_000; i++)
            Receive($"forger{i % 100}", "x", after: int.MaxValue);
        Assert.That(_delivered, Is.Empty);
        Receive("forger0", "x", after: int.MaxValue);
        Assert.That(_delivered, Has.Count.EqualTo(10_001));
    }

    private void Receive(string sender, string id, int? after = null) => _early.Receive(new ClusterMessage
    {
        Type = MessageType.Heartbeat, Sender = sender, Namespace = "/", RequestId = id, After = after?.ToString(),
    });
}
