using System.Buffers;
using System.Buffers.Binary;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// Frames leave through the stream until the peer has proved that it has all of them; from then on through the socket below. Bytes
/// written to the socket would overtake what the server's own pipe still holds, the 101 answer too, and nobody but the peer can say
/// that it holds nothing. A peer may speak without having read, so only an answer that it cannot have guessed counts: the pong to a ping
/// frame with a random payload (RFC 6455 5.5.3), as long as nothing was written behind that ping.
/// </summary>
/// <remarks>
/// The ping goes out with the answer to a candidate's probe, since nothing is written behind that before the upgrade packet comes, or
/// with the second write, the answer to a connect, since a pause mostly follows. A client that is written to without a pause is asked
/// again, and the last time the next write waits for the answer.
/// </remarks>
internal sealed class HandoverOutput(Stream stream, SocketOutput socket) : StreamOutput(stream)
{
    private const byte FirstQuestion = 2;

    // Six more bytes with every eighth of the first writes: little, and soon enough.
    private const byte WritesPerQuestion = 8;
    private const byte MaxQuestions = 4;

    private const int QuestionSize = sizeof(int);
    private const int PingSize = 2 + QuestionSize;

    // Values of _question besides a question, which is above one, and its negative, behind which a write waits.
    private const int None = 0;
    private const int Proved = -1;

    // A peer that takes longer, or does not answer pings, is written to through the stream for good. No client notices a pause that
    // short, once; most round trips of the internet are shorter.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    // Written by who writes; the thread that reads replaces a question by the proof.
    private int _question;

    // Of who writes.
    private byte _writesToQuestion = FirstQuestion;
    private byte _questionsLeft = MaxQuestions;

    public override WriteResult TryWrite(Outbox outbox, WebSocketTransport transport)
    {
        if (_questionsLeft == 0 && TryWait(transport))
            return WriteResult.Busy;
        if (Interlocked.Exchange(ref _question, None) == Proved)
            return transport.ReplaceOutput(socket).TryWrite(outbox, transport);
        if (_writesToQuestion > 0)
            _writesToQuestion--;
        return _writesToQuestion > 0 || _questionsLeft == 0
            ? base.TryWrite(outbox, transport)
            : WriteWithQuestion(outbox, transport);
    }

    public override void Send(Frame frame, WebSocketTransport transport)
    {
        if (frame.IsClose || _questionsLeft == 0)
        {
            base.Send(frame, transport);
            return;
        }
        var bytes = new byte[frame.Length + PingSize];
        frame.Span.CopyTo(bytes);
        Ask(bytes.AsSpan(frame.Length));
        base.Send(new Frame(bytes), transport);
    }

    public override void OnPong(ReadOnlySpan<byte> payload, WebSocketTransport transport)
    {
        if (payload.Length != QuestionSize)
            return;
        var answer = BinaryPrimitives.ReadInt32BigEndian(payload);
        if (answer <= 1 || Interlocked.CompareExchange(ref _question, Proved, answer) == answer)
            return;
        if (Interlocked.CompareExchange(ref _question, Proved, -answer) == -answer)
            transport.ResumeDrain();
    }

    private WriteResult WriteWithQuestion(Outbox outbox, WebSocketTransport transport)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Math.Min(GatherSize, outbox.QueuedBytes + PingSize));
        var count = outbox.Gather(rented.AsSpan(0, rented.Length - PingSize), out var mayFollow);
        if (!mayFollow)
            return Write(rented.AsMemory(0, count), count, rented, outbox, transport);
        Ask(rented.AsSpan(count));
        return Write(rented.AsMemory(0, count + PingSize), count, rented, outbox, transport);
    }

    /// <summary>Makes a ping frame; what answers it counts until something is written behind it.</summary>
    private void Ask(Span<byte> destination)
    {
        // not a secret: who guesses it disturbs its own connection only
        var question = Random.Shared.Next(2, int.MaxValue);
        FrameWriter.WriteHeader(destination, Opcode.Ping, QuestionSize);
        BinaryPrimitives.WriteInt32BigEndian(destination[2..], question);
        _writesToQuestion = WritesPerQuestion;
        _questionsLeft--;
        Volatile.Write(ref _question, question);
    }

    /// <summary>Whether the answer to the last question is waited for: nothing is written before it comes, or is late.</summary>
    private bool TryWait(WebSocketTransport transport)
    {
        var question = Volatile.Read(ref _question);
        if (question <= 1 || Interlocked.CompareExchange(ref _question, -question, question) != question)
            return false;
        _ = EndWaitAsync(-question, transport);
        return true;
    }

    private async Task EndWaitAsync(int waiting, WebSocketTransport transport)
    {
        // the application's clock is not called on a drain
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await transport.DelayAsync(LongestWait).ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _question, None, waiting) == waiting)
            transport.ResumeDrain();
    }
}
