using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.Tests.Sessions;
using SocketIo.Engine.WebSockets;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.WebSockets;

/// <summary>When frames may leave through the socket, ahead of what the server's own pipe may still hold.</summary>
public class HandoverOutputTests
{
    private readonly List<string> _written = [];
    private TestEngine _engine = null!;
    private Pipe _input = null!;
    private EngineSession _session = null!;
    private Task _running = null!;
    private Action? _timerOfTheEngine;

    [SetUp]
    public void SetUp()
    {
        _written.Clear();
        _engine = new TestEngine();
        _input = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var context = new DefaultHttpContext();
        _session = new EngineSession(_engine.Server, "s", context, session => new WebSocketTransport(
            session, _input.Reader, new Writes(_written), new Sends(_written), isCandidate: false, context));
        _session.Open();
        _timerOfTheEngine = _engine.LastTimer;
        _running = ((WebSocketTransport)_session.CurrentTransport).RunAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _input.Writer.CompleteAsync();
        await _running.WithDeadline();
        _engine.Dispose();
    }

    [Test]
    public async Task The_answer_to_a_question_that_nobody_can_guess_proves_that_the_peer_has_everything()
    {
        await SayAsync(Opcode.Pong, Ask());
        _session.Send("2");
        _session.Send("3");
        Assert.That(_written[2..], Is.EqualTo(new[] { "socket 42", "socket 43" }));
    }

    [Test]
    public void A_client_that_gets_no_more_than_the_open_packet_is_not_asked() => Assert.That(_written, Has.Count.EqualTo(1).And.None.Contains("Ping"));

    [TestCase(false, "3430")]
    [TestCase(false, "33")]
    [TestCase(true, "")]
    [TestCase(true, "00000000")]
    [TestCase(true, "00000001")]
    [TestCase(true, "FFFFFFFF")]
    public async Task What_a_peer_may_say_without_having_read_anything_proves_nothing(bool isPong, string payload)
    {
        Ask();
        await SayAsync(isPong ? Opcode.Pong : Opcode.Text, Convert.FromHexString(payload));
        _session.Send("2");
        Assert.That(_written[^1], Is.EqualTo("stream 42"));
    }

    [Test]
    public async Task An_answer_that_another_write_overtook_proves_nothing_and_the_peer_is_asked_again()
    {
        var question = Ask();
        _session.Send("2");
        await SayAsync(Opcode.Pong, question);
        var again = SendUntilAsked();
        Assert.That(again, Is.Not.EqualTo(question));
        await SayAsync(Opcode.Pong, question);
        _session.Send("the old answer is none");
        Assert.That(_written[2..], Is.All.StartsWith("stream "));
    }

    [Test]
    public async Task A_client_that_is_written_to_without_a_pause_is_waited_for_once()
    {
        var before = SendUntilWaiting();
        var last = QuestionIn(_written[^1]);
        _session.Send("2");
        Assert.That(_written, Has.Count.EqualTo(before), "it would overtake the answer again");
        await SayAsync(Opcode.Pong, last);
        Assert.That(_written[before..], Is.EqualTo(new[] { "socket 41 42" }));
        _session.Send("3");
        Assert.That(_written[^1], Is.EqualTo("socket 43"));
    }

    [Test]
    public async Task A_client_that_answers_no_pings_is_waited_for_a_moment_once_and_asked_no_more()
    {
        var before = SendUntilWaiting();
        Assert.That(Count(), Is.EqualTo(before));
        await EndTheWaitAsync();
        await OnlyTheStreamFollows(before);
    }

    [Test]
    public async Task A_clock_that_throws_ends_the_wait()
    {
        _engine.Log.Expect("of a clock");
        _engine.ClockThrows = true;
        await OnlyTheStreamFollows(SendUntilWaiting());
    }

    [Test]
    public async Task A_close_waits_for_the_answer_like_what_was_sent_before_it()
    {
        var before = SendUntilWaiting();
        _session.Close();
        Assert.That(Count(), Is.EqualTo(before));
        await EndTheWaitAsync();
        await Deadlines.Eventually(() => Count() == before + 1);
        Assert.That(_written[^1], Is.EqualTo("stream 41 close 1000 forced close"));
    }

    [Test]
    public async Task A_session_that_is_lost_during_the_wait_sends_nothing_more()
    {
        var before = SendUntilWaiting();
        var all = _session.WhenDrainedAsync();
        await _input.Writer.CompleteAsync();
        Assert.That(await all.WithDeadline(), Is.False);
        await EndTheWaitAsync();
        Assert.That(Count(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_ping_of_the_session_asks_like_any_other_frame()
    {
        _engine.Pass(TimeSpan.FromSeconds(25));
        Assert.That(_written[^1], Does.StartWith("stream 2 Ping "));
        var question = QuestionIn(_written[^1]);
        await SayAsync(Opcode.Text, "3"u8.ToArray());
        await SayAsync(Opcode.Pong, question);
        _session.Send("2");
        Assert.That(_written[^1], Is.EqualTo("socket 42"));
    }

    [Test]
    public void Frames_that_leave_together_are_asked_about_together()
    {
        using (Cork.Hold())
        {
            _session.Send("1");
            _session.Send("2");
        }
        Assert.That(_written[^1], Does.StartWith("stream 41 42 Ping "));
    }

    [Test]
    public void Nothing_is_asked_behind_a_part_of_a_frame_or_a_close()
    {
        _session.Send(new string('x', 100_000));
        Assert.That(_written[1..], Has.None.Contains("Ping"));
        _session.Close();
        Assert.That(_written[^1], Is.EqualTo("stream close 1000 forced close"));
    }

    [Test]
    public async Task A_candidate_is_asked_with_the_answer_to_its_probe()
    {
        var session = _engine.Open(EngineTransports.Polling, out _);
        var context = new DefaultHttpContext();
        var input = new MemoryStream();
        var written = new List<string>();
        var candidate = new WebSocketTransport(
            session, PipeReader.Create(input), new Writes(written), new Sends(written), isCandidate: true, context);
        session.TryBeginUpgrade(candidate);
        await session.Receive(candidate, isBinary: false, "2probe"u8);
        Assert.That(written[^1], Does.StartWith("stream 3probe Ping "));
        candidate.OnPong(QuestionIn(written[^1]));
        await session.Receive(candidate, isBinary: false, "5"u8);
        session.Send("1");
        Assert.That(written[^1], Is.EqualTo("socket 41"));
    }

    [Test]
    public async Task A_candidate_that_probes_on_and_on_is_asked_no_more_often_than_others()
    {
        var session = _engine.Open(EngineTransports.Polling, out _);
        var context = new DefaultHttpContext();
        var written = new List<string>();
        var candidate = new WebSocketTransport(
            session, PipeReader.Create(Stream.Null), new Writes(written), new Sends(written), isCandidate: true, context);
        session.TryBeginUpgrade(candidate);
        for (var i = 0; i < 300; i++)
            await session.Receive(candidate, isBinary: false, "2probe"u8);
        Assert.That(written, Has.Count.EqualTo(300));
        Assert.That(written.Count(text => text.Contains("Ping", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    /// <summary>Sends without a pause until a frame waits for the answer to the last question.</summary>
    private int SendUntilWaiting()
    {
        Ask();
        SendUntilAsked();
        SendUntilAsked();
        SendUntilAsked();
        var written = Count();
        _session.Send("1");
        return written;
    }

    private async Task EndTheWaitAsync()
    {
        await Deadlines.Eventually(() => _engine.LastTimer != _timerOfTheEngine);
        _engine.LastTimer!();
    }

    private async Task OnlyTheStreamFollows(int before)
    {
        await Deadlines.Eventually(() => Count() == before + 1);
        for (var i = 0; i < 50; i++)
            _session.Send("x");
        await Deadlines.Eventually(() => Count() == before + 51);
        Assert.That(_written[before..], Is.All.StartsWith("stream 4").And.None.Contains("Ping"));
    }

    /// <summary>Sends until the peer is asked.</summary>
    private byte[] Ask()
    {
        Assert.That(_written[0], Does.StartWith("stream 0{"));
        _session.Send("1");
        Assert.That(_written[1], Does.StartWith("stream 41 Ping "));
        return QuestionIn(_written[1]);
    }

    private byte[] SendUntilAsked()
    {
        for (var i = 0; i < 8; i++)
        {
            _session.Send("more");
            if (_written[^1].Contains("Ping", StringComparison.Ordinal))
                return QuestionIn(_written[^1]);
        }
        throw new InvalidOperationException("The peer is not asked.");
    }

    private int Count()
    {
        lock (_written)
            return _written.Count;
    }

    private static byte[] QuestionIn(string written) => Convert.FromHexString(written[(written.IndexOf("Ping ", StringComparison.Ordinal) + 5)..]);

    /// <summary>The peer says something; it is read before this returns, since the pipe's reader goes on inline.</summary>
    private async Task SayAsync(Opcode opcode, byte[] payload) => await _input.Writer.WriteAsync(ClientFrames.Make(opcode, payload));

    private sealed class Writes(List<string> written) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (written)
                written.Add("stream " + (buffer.Length > 30_000 ? "a part" : FrameText.Of(buffer.Span)));
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Sends(List<string> written) : SocketOutput
    {
        public override int Send(ReadOnlySpan<byte> data, out SocketError error)
        {
            error = SocketError.Success;
            lock (written)
                written.Add("socket " + FrameText.Of(data));
            return data.Length;
        }

        public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> data) => throw new NotSupportedException();
    }
}
