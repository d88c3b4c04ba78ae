using SocketIo.Cluster.Nodes;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Nodes;

/// <summary>Rooms that a link does not open.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RoomOpeningsTests
{
    private readonly ManualClock _clock = new();
    private readonly Link _link = new();
    private readonly List<string> _reports = [];
    private readonly RoomOpenings _rooms;

    public RoomOpeningsTests() => _rooms = new RoomOpenings(_link, _reports.Add, _clock);

    [Test]
    public async Task One_that_failed_is_tried_again_after_longer_and_longer_pauses_until_it_opens_and_reported_once([Values] bool later)
    {
        var begin = _clock.GetUtcNow();
        var times = new List<double>();
        _link.Opening = _ =>
        {
            times.Add((_clock.GetUtcNow() - begin).TotalSeconds);
            return times.Count < 9 ? Fail(later) : default;
        };
        await _rooms.OpenAsync("room").AsTask().WithDeadline();
        Pass(TimeSpan.FromMinutes(5));
        Assert.That(times, Is.EqualTo(new[] { 0, 1, 3, 7, 15, 31, 61, 91, 121 }));
        Assert.That(_reports, Is.EqualTo(new[] { "a fault" }));
        Assert.That(_rooms.Count, Is.Zero);
    }

    [Test]
    public async Task One_that_is_closed_is_not_tried_again_and_one_that_is_opened_anew_is()
    {
        _link.Opening = static _ => Fail(later: false);
        await _rooms.OpenAsync("room").AsTask().WithDeadline();
        _rooms.Close("room");
        Pass(TimeSpan.FromMinutes(1));
        Assert.That(_link.Calls, Is.EqualTo(new[] { "open room", "close room" }));
        Assert.That(_rooms.Count, Is.Zero);

        await _rooms.OpenAsync("room").AsTask().WithDeadline();
        Pass(TimeSpan.FromSeconds(1.5));
        Assert.That(_link.Calls.Skip(2), Is.EqualTo(new[] { "open room", "open room" }));
        Assert.That(_reports, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_attempt_that_fails_when_the_room_is_gone_is_forgotten()
    {
        var opening = new TaskCompletionSource();
        _link.Opening = _ => new(opening.Task);
        var joined = _rooms.OpenAsync("room").AsTask();
        _rooms.Close("room");
        opening.SetException(new InvalidOperationException("a fault"));
        await joined.WithDeadline();
        Pass(TimeSpan.FromMinutes(1));
        Assert.That(_link.Calls, Is.EqualTo(new[] { "open room", "close room" }));
        Assert.That(_reports, Is.Empty);
    }

    [Test]
    public async Task One_that_takes_long_is_not_begun_twice_and_tried_again_when_it_fails_after_all()
    {
        var opening = new TaskCompletionSource();
        _link.Opening = _ => _link.Calls.Count == 1 ? new(opening.Task) : default;
        var joined = _rooms.OpenAsync("room").AsTask();
        Pass(TimeSpan.FromMinutes(1));
        await joined.WithDeadline();
        Assert.That(_link.Calls, Has.Count.EqualTo(1));
        Assert.That(_reports, Has.Count.EqualTo(1));
        opening.SetException(new InvalidOperationException("a fault"));
        await Deadlines.Eventually(() =>
        {
            Pass(TimeSpan.FromSeconds(1));
            return _link.Calls.Count == 2;
        });
        Assert.That((_rooms.Count, _reports.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Many_are_tried_again_some_at_a_time()
    {
        _link.Opening = static _ => Fail(later: false);
        for (var i = 0; i < 2_500; i++)
            await _rooms.OpenAsync($"room {i}").AsTask().WithDeadline();
        _link.Opening = static _ => default;
        _clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var left in new[] { 1_500, 500, 0 })
        {
            _rooms.Tick();
            Assert.That(_rooms.Count, Is.EqualTo(left));
        }
    }

    private static ValueTask Fail(bool later) => later
        ? ValueTask.FromException(new InvalidOperationException("a fault"))
        : throw new InvalidOperationException("a fault");

    // tick by tick
    private void Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(250))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(250));
            _rooms.Tick();
        }
    }

    private sealed class Link : NamespaceLink
    {
        public List<string> Calls { get; } = [];

        public Func<string, ValueTask> Opening { get; set; } = static _ => default;

        public override ValueTask OpenAsync(CancellationToken cancellationToken) => default;

        public override ValueTask SendAsync(ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken) => default;

        public override ValueTask OpenRoomAsync(string room)
        {
            Calls.Add($"open {room}");
            return Opening(room);
        }

        public override void CloseRoom(string room) => Calls.Add($"close {room}");

        public override ValueTask DisposeAsync() => default;
    }
}
