using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class UpgradeTests
{
    private TestEngine _engine = null!;

    /// <summary>The points of an upgrade at which something else may happen.</summary>
    public enum Step
    {
        Begun,
        Probed,
        WaitingForThePost,
        BeforeThePollingTransportKnows,
        BeforeTheDrainGoesOn,
        Completed,
    }

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void The_probe_is_answered_on_the_candidate_and_polling_is_let_go()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        Assert.That(candidate.Written, Is.EqualTo(new[] { "3probe" }));
        Assert.That(polling.Told, Is.EqualTo(new[] { "let go" }));
        Assert.That(session.CurrentUpgrade, Is.Not.Null);
        Assert.That(session.Transport, Is.EqualTo(EngineTransports.Polling));
    }

    [Test]
    public void The_upgrade_packet_makes_the_candidate_the_transport()
    {
        var session = Upgrade(out var polling, out var candidate);
        session.Send("after");
        Assert.That(session.Transport, Is.EqualTo(EngineTransports.WebSocket));
        Assert.That(session.State, Is.EqualTo(SessionState.Open));
        Assert.That(candidate.Written, Is.EqualTo(new[] { "3probe", "4after" }));
        Assert.That(polling.Written, Has.Length.EqualTo(1));
        Assert.That(candidate.IsAborted, Is.False);
    }

    [Test]
    public void What_waits_for_polling_leaves_on_the_candidate_in_order()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        polling.Blocked = true;
        session.Send("1");
        session.Send("2");
        candidate.Receive("2probe");
        session.Send("3");
        Assert.That(candidate.Written, Is.EqualTo(new[] { "3probe" }), "not before the upgrade packet");
        candidate.Receive("5");
        session.Send("4");
        Assert.That(candidate.Written[1..], Is.EqualTo(new[] { "41", "42", "43", "44" }));
        Assert.That(polling.Written, Has.Length.EqualTo(1));
    }

    [Test]
    public void A_swap_while_a_frame_is_written_leaves_the_rest_to_the_candidate([Values] bool afterTheFrameWasTaken)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        polling.Blocked = true;
        session.Send("1");
        session.Send("2");
        session.Send("3");
        Action<Outbox> swap = _ =>
        {
            if (session.Transport is EngineTransports.Polling)
                Elsewhere.Run(() => candidate.Receive("5"));
        };
        if (afterTheFrameWasTaken)
            polling.AfterWrite = swap;
        else
            polling.BeforeWrite = swap;
        polling.Unblock();

        var byPolling = afterTheFrameWasTaken ? new[] { "41" } : [];
        Assert.That(polling.Written[1..], Is.EqualTo(byPolling));
        Assert.That(candidate.Written[1..], Is.EqualTo(new[] { "41", "42", "43" }.Except(byPolling)));
        Assert.That(session.QueuedBytes, Is.Zero);
        session.Send("4");
        Assert.That(candidate.Written[^1], Is.EqualTo("44"), "the drain was released");
    }

    [Test]
    public void A_drain_that_starts_amid_the_swap_goes_to_the_candidate([Values] bool beforePollingKnows, [Values] bool pollingIsBusy)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        polling.Blocked = pollingIsBusy;
        if (pollingIsBusy)
            session.Send("0");
        Action send = () => Elsewhere.Run(() => session.Send("1"));
        if (beforePollingKnows)
            polling.BeforeDetach = send;
        else
            polling.AfterDetach = send;
        candidate.Receive("5");
        session.Send("2");
        Assert.That(candidate.Written[1..], Is.EqualTo(pollingIsBusy ? new[] { "40", "41", "42" } : ["41", "42"]));
        Assert.That(polling.Written, Has.Length.EqualTo(1));
        Assert.That(candidate.Told.Concat(polling.Told), Has.None.EqualTo("two writers"));
    }

    [Test]
    public async Task What_the_client_posted_before_is_received_first()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        polling.IsReceiving = true;
        var upgrade = candidate.ReceiveAsync("5");
        Assert.That(upgrade.IsCompleted, Is.False, "the candidate may not read on");
        Assert.That(session.Transport, Is.EqualTo(EngineTransports.Polling));
        polling.Receive("4posted");
        polling.EndReceiving();
        await upgrade;
        candidate.Receive("4next");
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "message posted", "message next" }));
    }

    [Test]
    public void A_session_is_upgraded_by_one_candidate_and_once()
    {
        var session = _engine.Upgrading(out _, out var candidate);
        var other = new TestTransport(session, EngineTransports.WebSocket);
        Assert.That(session.TryBeginUpgrade(other), Is.False, "while another tries");
        candidate.Receive("5");
        Assert.That(session.TryBeginUpgrade(other), Is.False, "it is a WebSocket already");
    }

    [Test]
    public async Task An_upgrade_that_takes_too_long_costs_the_candidate_only([Values] bool probed)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        if (probed)
            candidate.Receive("2probe");
        _engine.Pass(TimeSpan.FromSeconds(9.9));
        Assert.That(candidate.IsAborted, Is.False);
        _engine.Pass(TimeSpan.FromSeconds(0.2));
        await Deadlines.Eventually(() => candidate.IsAborted);
        AssertPollingGoesOn(session, polling, candidate);
    }

    [Test]
    public void A_candidate_that_is_lost_closes_or_talks_nonsense_costs_itself_only(
        [Values("lost", "closed", "broken", "nonsense", "binary")] string way, [Values] bool probed)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        if (probed)
            candidate.Receive("2probe");
        switch (way)
        {
            case "lost":
                session.OnLost(candidate, DisconnectReason.TransportClose);
                break;
            case "closed":
                session.OnPeerClose(candidate);
                break;
            case "broken":
                session.OnProtocolError(candidate, 1002, "reserved bits are set");
                break;
            case "nonsense":
                candidate.Receive("4hello");
                break;
            default:
                candidate.Receive("5", isBinary: true);
                break;
        }
        AssertPollingGoesOn(session, polling, candidate);
    }

    [Test]
    public void What_a_candidate_given_up_still_says_does_not_touch_the_next_one([Values("lost", "5", "closed", "broken", "nonsense")] string what)
    {
        var session = _engine.Upgrading(out _, out var old);
        old.Receive("4nonsense");
        var next = new TestTransport(session, EngineTransports.WebSocket);
        session.TryBeginUpgrade(next);
        next.Receive("2probe");
        switch (what)
        {
            case "lost":
                session.OnLost(old, DisconnectReason.TransportClose);
                break;
            case "closed":
                session.OnPeerClose(old);
                break;
            case "broken":
                session.OnProtocolError(old, 1002, "reserved bits are set");
                break;
            default:
                old.Receive(what);
                break;
        }
        Assert.That(session.CurrentUpgrade, Is.Not.Null);
        Assert.That(next.IsAborted, Is.False);
        next.Receive("5");
        Assert.That(session.CurrentTransport, Is.SameAs(next));
    }

    [Test]
    public void The_old_transport_says_nothing_any_more_after_the_upgrade()
    {
        var session = Upgrade(out var polling, out var candidate);
        polling.Receive("4late");
        session.OnPeerClose(polling);
        session.OnLost(polling, DisconnectReason.TransportError);
        Assert.That(session.IsOpen, Is.True);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened" }));
        Assert.That(candidate.IsAborted, Is.False);
    }

    [Test]
    public void A_close_at_any_step_of_an_upgrade_is_told_once_and_loses_nothing_sent_before([Values] Step step, [Values] bool pollingIsBusy)
    {
        var session = Run(step, pollingIsBusy, session => session.Close(), out var polling, out var candidate);
        polling.Unblock();

        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed forced close" }));
        var written = polling.Written[1..].Concat(candidate.Written).Where(text => text != "3probe").ToArray();
        Assert.That(written, Is.EqualTo(new[] { "4before", "close 1000 forced close" }));

        // a client that has been answered does not poll any more, which is what busy means here
        var upgraded = step >= (pollingIsBusy ? Step.Probed : Step.BeforeThePollingTransportKnows);
        Assert.That(session.Transport, Is.EqualTo(upgraded ? EngineTransports.WebSocket : EngineTransports.Polling));
        Assert.That(candidate.IsAborted, Is.EqualTo(!upgraded));
        session.Terminate();
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public void A_session_that_closes_while_the_client_pauses_polling_ends_behind_the_upgrade_packet(
        [Values("close", "break", "stop", "deadline")] string way)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        session.SetDeadline(TimeSpan.FromSeconds(5));
        polling.Blocked = true;
        candidate.Receive("2probe");
        session.Send("last");
        switch (way)
        {
            case "close":
                session.Close();
                break;
            case "break":
                session.Break(DisconnectReason.ParseError.With("an invalid packet"));
                break;
            case "stop":
                _engine.Server.StopAndSettle();
                break;
            default:
                _engine.Pass(TimeSpan.FromSeconds(5));
                SpinWait.SpinUntil(() => _engine.Handler.Calls.Length == 2, Deadlines.Default);
                break;
        }
        Assert.That(candidate.IsAborted, Is.False, "a client that waits to pause polling would hear of nothing any more");
        Assert.That(session.Send("late"), Is.False);
        candidate.Receive("5");
        Assert.That(candidate.Written[1], Is.EqualTo("4last"));
        Assert.That(candidate.Written[2], Does.StartWith("close "));
        Assert.That(polling.Written, Has.Length.EqualTo(1));
        Assert.That(_engine.Handler.Calls, Has.Length.EqualTo(2));
    }

    [Test]
    public void A_session_that_closes_before_the_probe_is_answered_ends_on_polling()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        polling.Blocked = true;
        session.Send("last");
        session.Close();
        Assert.That(candidate.IsAborted, Is.True);
        candidate.Receive("2probe");
        Assert.That(candidate.Written, Is.Empty, "the client must go on polling");
        polling.Unblock();
        Assert.That(polling.Written[1..], Is.EqualTo(new[] { "4last", "close 1000 forced close" }));
    }

    [Test]
    public async Task A_session_that_closes_goes_on_by_polling_when_the_upgrade_packet_does_not_come([Values("timeout", "lost")] string way)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        polling.Blocked = true;
        candidate.Receive("2probe");
        session.Send("last");
        session.Close();
        if (way == "lost")
            session.OnLost(candidate, DisconnectReason.TransportClose);
        else
            _engine.Pass(TimeSpan.FromSeconds(10));
        await Deadlines.Eventually(() => candidate.IsAborted);
        Assert.That(polling.Told.Last(), Is.EqualTo("keep"));
        Assert.That(session.State, Is.EqualTo(SessionState.Closing));
        polling.Unblock();
        Assert.That(polling.Written[1..], Is.EqualTo(new[] { "4last", "close 1000 forced close" }));
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
    }

    [Test]
    public async Task A_session_that_closes_amid_an_upgrade_ends_in_time_though_the_client_does_nothing()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        polling.Blocked = true;
        candidate.Receive("2probe");
        session.Close();
        _engine.Pass(TimeSpan.FromSeconds(10));
        _engine.Pass(TimeSpan.FromSeconds(20));
        await Deadlines.Eventually(() => polling.IsAborted && candidate.IsAborted);
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
    }

    [Test]
    public async Task A_dropped_session_whose_client_pauses_polling_is_told_by_the_end_of_the_upgrade([Values("5", "timeout", "lost")] string end)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        polling.Blocked = true;
        candidate.Receive("2probe");
        session.Send("dropped");
        session.Drop(DisconnectReason.TransportError);
        Assert.That(_engine.Handler.Calls[^1], Is.EqualTo("closed transport error"), "the handler at once");
        Assert.That(candidate.IsAborted, Is.False, "the client would not hear it");
        switch (end)
        {
            case "5":
                candidate.Receive("5");
                break;
            case "timeout":
                _engine.Pass(TimeSpan.FromSeconds(10));
                break;
            default:
                session.OnLost(candidate, DisconnectReason.TransportClose);
                break;
        }
        await Deadlines.Eventually(() => candidate.IsAborted && polling.IsAborted);
        Assert.That(candidate.Written.Concat(polling.Written), Has.None.Contains("dropped"));
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public void A_client_that_leaves_amid_an_upgrade_is_not_waited_for([Values("closes", "is lost")] string way)
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        if (way == "closes")
            polling.Receive("1");
        else
            session.OnLost(polling, DisconnectReason.TransportError);
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
        Assert.That(candidate.IsAborted, Is.True);
    }

    [Test]
    public void A_drop_at_any_step_of_an_upgrade_takes_both_transports([Values] Step step, [Values] bool pollingIsBusy)
    {
        var session = Run(step, pollingIsBusy, session => session.Drop(DisconnectReason.TransportError), out var polling, out var candidate);
        polling.Unblock();

        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed transport error" }));
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
        Assert.That(candidate.IsAborted, Is.True);
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
        Assert.That(session.Send("x"), Is.False);
    }

    [Test]
    public void A_stop_at_any_step_of_an_upgrade_closes_the_session_once([Values] Step step)
    {
        Run(step, pollingIsBusy: false, _ => _engine.Server.StopAndSettle(), out var polling, out var candidate);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed server shutting down" }));
        var written = polling.Written.Concat(candidate.Written);
        Assert.That(written.Count(text => text == "close 1001 server shutting down"), Is.EqualTo(1));
    }

    [Test]
    public void A_timeout_at_any_step_of_an_upgrade_either_comes_first_or_does_nothing([Values] Step step, [Values] bool pollingIsBusy)
    {
        var upgraded = step >= Step.BeforeThePollingTransportKnows;
        void TimeOut(EngineSession session)
        {
            _engine.Pass(TimeSpan.FromSeconds(11));
            SpinWait.SpinUntil(() => upgraded || session.CurrentUpgrade is null, Deadlines.Default);
        }

        var session = Run(step, pollingIsBusy, TimeOut, out var polling, out var candidate);
        polling.Unblock();
        session.Send("after");
        Assert.That(session.Transport, Is.EqualTo(upgraded ? EngineTransports.WebSocket : EngineTransports.Polling));
        Assert.That(candidate.IsAborted, Is.EqualTo(!upgraded));
        Assert.That(session.State, Is.EqualTo(SessionState.Open));
        var written = polling.Written[1..].Concat(candidate.Written).Where(text => text != "3probe");
        Assert.That(written, Is.EqualTo(new[] { "4before", "4after" }));
    }

    [Test]
    public void Closers_and_upgraders_at_once_end_in_one_close([Range(1, 50)] int seed)
    {
        var random = new Random(seed);
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        polling.Blocked = random.Next(2) == 0;
        session.Send("before");
        Elsewhere.RunTogether(
            () =>
            {
                Thread.SpinWait(random.Next(2000));
                candidate.Receive("5");
            },
            () =>
            {
                Thread.SpinWait(random.Next(2000));
                session.Close();
            });
        polling.Unblock();
        var written = polling.Written[1..].Concat(candidate.Written).Where(text => text != "3probe");
        Assert.That(written, Is.EqualTo(new[] { "4before", "close 1000 forced close" }));
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed forced close" }));
    }

    [Test]
    public void Senders_see_one_order_across_an_upgrade_at_any_time([Range(1, 20)] int seed)
    {
        const int Senders = 3;
        const int Each = 500;
        var random = new Random(seed);
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        polling.AfterWrite = _ =>
        {
            if (random.Next(10) != 0)
                return;
            polling.Blocked = true;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SpinWait.SpinUntil(() => polling.HoldsDrain || session.Transport is EngineTransports.WebSocket || session.QueuedBytes == 0);
                polling.Unblock();
            });
        };
        var delay = random.Next(200_000);
        Elsewhere.RunTogether([
            .. Enumerable.Range(0, Senders).Select<int, Action>(sender => () =>
            {
                for (var i = 0; i < Each; i++)
                    session.Send($"{sender} {i}");
            }),
            () =>
            {
                Thread.SpinWait(delay);
                candidate.Receive("5");
            }]);
        SpinWait.SpinUntil(() => session.QueuedBytes == 0, TimeSpan.FromSeconds(20));
        SpinWait.SpinUntil(() => polling.Written.Length + candidate.Written.Length == (Senders * Each) + 2, TimeSpan.FromSeconds(20));

        var written = polling.Written[1..].Concat(candidate.Written[1..]).Select(text => text[1..].Split(' ')).ToArray();
        Assert.That(written, Has.Length.EqualTo(Senders * Each));
        foreach (var sender in written.GroupBy(parts => parts[0]))
            Assert.That(sender.Select(parts => int.Parse(parts[1], null)), Is.EqualTo(Enumerable.Range(0, Each)));
    }

    /// <summary>Runs an upgrade with "before" sent ahead of it, and the action on another thread at one of its steps.</summary>
    private EngineSession Run(Step step, bool pollingIsBusy, Action<EngineSession> action, out TestTransport polling, out TestTransport candidate)
    {
        var session = _engine.Open(EngineTransports.Polling, out var from);
        var to = new TestTransport(session, EngineTransports.WebSocket);
        (polling, candidate) = (from, to);
        from.Blocked = pollingIsBusy;
        session.Send("before");
        void At(Step now)
        {
            if (now == step)
                Elsewhere.Run(() => action(session));
        }

        Assert.That(session.TryBeginUpgrade(to), Is.True);
        At(Step.Begun);
        to.Receive("2probe");
        At(Step.Probed);
        from.IsReceiving = true;
        from.BeforeDetach = () => At(Step.BeforeThePollingTransportKnows);
        from.AfterDetach = () => At(Step.BeforeTheDrainGoesOn);
        var upgrade = to.ReceiveAsync("5");
        At(Step.WaitingForThePost);
        from.EndReceiving();
        Assert.That(upgrade.Wait(Deadlines.Default), Is.True);
        At(Step.Completed);
        return session;
    }

    private EngineSession Upgrade(out TestTransport polling, out TestTransport candidate)
    {
        var session = _engine.Upgrading(out polling, out candidate);
        candidate.Receive("2probe");
        candidate.Receive("5");
        return session;
    }

    private static void AssertPollingGoesOn(EngineSession session, TestTransport polling, TestTransport candidate)
    {
        Assert.That(candidate.IsAborted, Is.True);
        Assert.That(session.State, Is.EqualTo(SessionState.Open));
        Assert.That(polling.Told.Last(), Is.EqualTo("keep"));
        session.Send("still here");
        Assert.That(polling.Written[^1], Is.EqualTo("4still here"));
        candidate.Receive("5");
        Assert.That(session.Transport, Is.EqualTo(EngineTransports.Polling), "its upgrade packet comes too late");
        Assert.That(session.TryBeginUpgrade(new TestTransport(session, EngineTransports.WebSocket)), Is.True, "another may try");
    }
}
