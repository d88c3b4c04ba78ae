using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Engine.Epoll;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

[Platform("Linux")]
public class PollerTests
{
    private PolledTable _table = null!;
    private Watchdog _watchdog = null!;
    private Poller _poller = null!;
    private Bell[] _bells = null!;

    [SetUp]
    public void SetUp()
    {
        // unless a test starts it, the watchdog replaces nobody
        _table = new PolledTable();
        _watchdog = new Watchdog(NullLogger.Instance);
        _poller = new Poller("SocketIo epoll test", _table, _watchdog);
        _bells = [.. Enumerable.Range(0, 8).Select(_ => new Bell(_table, _poller))];
    }

    [TearDown]
    public void TearDown()
    {
        _poller.Dispose();
        _watchdog.Dispose();
        foreach (var bell in _bells)
            bell.Dispose();
    }

    [Test]
    public async Task No_event_is_lost_however_often_the_place_is_given_away()
    {
        const int Replacements = 200;
        using var done = new CancellationTokenSource();
        var replaced = 0;
        foreach (var bell in _bells)
            bell.OnHeard = () => Thread.SpinWait(2000);
        var replacing = Task.Factory.StartNew(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    if (_poller.Place is var place && Poller.IsBusy(place) && _poller.TryReplace(place, isBlocked: true))
                        Interlocked.Increment(ref replaced);
                }
            },
            TaskCreationOptions.LongRunning);
        var round = 0;
        while (round < 300 || Volatile.Read(ref replaced) < Replacements)
        {
            round++;
            foreach (var bell in _bells)
                bell.Ring();
            await Deadlines.Eventually(() => _bells.All(bell => bell.Heard >= round), $"all bells of round {round} are heard");
        }
        await done.CancelAsync();
        await replacing.WithDeadline();
        Assert.That(_bells.Select(bell => bell.Heard), Has.All.EqualTo(round));
    }

    [Test]
    public async Task Only_what_hangs_is_replaced_and_the_thread_that_hung_does_nothing_afterwards()
    {
        using var release = new ManualResetEventSlim();
        Thread? hung = null;
        _bells[0].OnHeard = () =>
        {
            hung = Thread.CurrentThread;
            release.Wait();
        };
        _bells[0].Ring();
        await Deadlines.Eventually(() => hung is not null);
        var place = _poller.Place;
        Assert.That(_poller.IsCautious, Is.False);
        Assert.That(_poller.TryReplace(place, isBlocked: true), Is.True);
        Assert.That(_poller.TryReplace(place, isBlocked: true), Is.False, "the same place again");
        Assert.That(_poller.IsCautious, Is.True);
        _bells[1].Ring();
        await Deadlines.Eventually(() => _bells[1].Heard == 1);
        release.Set();
        Assert.That(hung!.Join(Deadlines.Default), Is.True);
        Assert.That(Poller.IsBusy(_poller.Place), Is.False);
        Assert.That(_poller.TryReplace(_poller.Place - 1, isBlocked: true), Is.False, "another place");
        await Deadlines.Eventually(() => !_poller.IsCautious, "the caution ends");
    }

    [Test]
    public async Task The_watchdog_replaces_who_hangs_and_again_who_hangs_after_it()
    {
        _watchdog.Start([_poller]);
        using var release = new ManualResetEventSlim();
        foreach (var bell in _bells.AsSpan(1))
            bell.OnHeard = release.Wait;
        foreach (var bell in _bells.AsSpan(1))
            bell.Ring();
        await Deadlines.Eventually(() => _bells.AsSpan(1).ToArray().All(bell => bell.Heard == 1));
        _bells[0].Ring();
        await Deadlines.Eventually(() => _bells[0].Heard == 1);
        release.Set();
    }

    [Test]
    public async Task An_exception_of_one_event_is_its_owners_and_the_thread_goes_on_with_the_others()
    {
        var thrown = new InvalidOperationException("of a callback");
        _bells[0].OnHeard = () => throw thrown;
        foreach (var bell in _bells)
            bell.Ring();
        await Deadlines.Eventually(() => _bells.All(bell => bell.Heard == 1));
        _bells[0].Ring();
        await Deadlines.Eventually(() => _bells[0].Heard == 2, "it is called again");
        Assert.That(_bells.Select(bell => bell.Fault), Is.EqualTo(new Exception?[] { thrown, null, null, null, null, null, null, null }));
    }

    [Test]
    public async Task A_watchdog_that_fails_at_one_poller_watches_the_others_still_and_says_so_once()
    {
        var log = new LogSink();
        using var watchdog = new Watchdog(log.CreateLogger("watchdog"));
        var poller = new Poller("SocketIo epoll test", _table, watchdog);
        using var first = new Bell(_table, poller);
        using var second = new Bell(_table, poller);
        watchdog.Start([null!, poller]);
        using var release = new ManualResetEventSlim();
        first.OnHeard = release.Wait;
        first.Ring();
        await Deadlines.Eventually(() => first.Heard == 1);
        second.Ring();
        await Deadlines.Eventually(() => second.Heard == 1);
        release.Set();
        poller.Dispose();
        Assert.That(log.Entries.Select(entry => entry.Message), Is.EqualTo(new[] { "A poller whose thread is blocked could not be given another thread; this is tried again." }));
    }

    [Test]
    public async Task A_watchdog_that_has_gone_to_sleep_wakes_up_for_the_next_that_hangs()
    {
        _watchdog.Start([_poller]);
        _bells[0].Ring();
        await Deadlines.Eventually(() => _bells[0].Heard == 1 && !_watchdog.IsAsleep, "it is awake");
        await Deadlines.Eventually(() => _watchdog.IsAsleep, "it sleeps");
        using var release = new ManualResetEventSlim();
        _bells[1].OnHeard = release.Wait;
        _bells[1].Ring();
        await Deadlines.Eventually(() => _bells[1].Heard == 1);
        _bells[2].Ring();
        await Deadlines.Eventually(() => _bells[2].Heard == 1);
        release.Set();
    }

    [Test]
    public async Task The_thread_ends_when_the_poller_is_disposed_and_not_before_its_event()
    {
        Thread? leader = null;
        using var release = new ManualResetEventSlim();
        _bells[0].OnHeard = () =>
        {
            leader = Thread.CurrentThread;
            release.Wait();
        };
        _bells[0].Ring();
        await Deadlines.Eventually(() => leader is not null);
        _poller.Dispose();
        _poller.Dispose();
        Assert.That(leader!.IsAlive, Is.True);
        release.Set();
        Assert.That(leader.Join(Deadlines.Default), Is.True);
    }
}
