using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Polling;

/// <summary>
/// HTTP long-polling: answers a GET when the outbox has something for it, and takes POST bodies in. At most one of each at a time.
/// </summary>
internal sealed class PollingTransport(EngineSession session, PayloadFormat format) : Transport
{
    private static readonly LineKind TooLarge = new("POSTs that are too large", LogLevel.Information);

    private PollGate _gate = new();

    // null while nothing is posted
    private Post? _post;

    public override EngineTransports Kind => EngineTransports.Polling;

    public override bool IsWritable => _gate.HasParked;

    public override bool HasEnded => Volatile.Read(ref _post) is { IsAborted: true };

    /// <summary>Answers a GET as soon as there is something to say.</summary>
    public async Task PollAsync(HttpContext context)
    {
        var poll = new Poll();
        var parking = _gate.Park(poll, out var resume);
        if (parking is Parking.Overlaps)
        {
            Refuse(context, "overlapping polls");
            return;
        }
        if (parking is Parking.Released)
            poll.Complete(format.Alone("6"u8));
        if (resume)
            Cork.Drain(session);

        var aborted = context.RequestAborted.UnsafeRegister(static state => ((PollingTransport)state!).OnPollAborted(), this);
        ArrayBufferWriter<byte> payload;
        await using (aborted.ConfigureAwait(false))
            payload = await poll.Answer.ConfigureAwait(false);
        await AnswerAsync(context, payload, poll.IsUncompressed ? null : session.Server.Options.HttpCompression).ConfigureAwait(false);
    }

    /// <summary>Takes the packets of a POST in; the answer leaves when they are handled.</summary>
    public async Task PostAsync(HttpContext context)
    {
        if (!format.Accepts(context.Request.ContentType))
        {
            Refuse(context, "a binary body");
            return;
        }
        using var body = new BodyReader(context, session.Server.Options.MaxHttpBufferSize);
        var post = new Post(session, this, format, context, body);
        if (Interlocked.CompareExchange(ref _post, post, null) is not null)
        {
            Refuse(context, "overlapping posts");
            return;
        }
        try
        {
            // a full fence: the end moves the state and then looks for a post
            if (session.State is SessionState.Closed)
                post.Abort();
            if (!await post.TryReceiveAsync().ConfigureAwait(false))
            {
                OnTooLarge(context, body);
                return;
            }
        }
        catch (BadHttpRequestException exception)
        {
            OnCutOff(context, exception);
            return;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // else Kestrel looks for the rest of the body, and makes an error of it that there is none
            context.Abort();
            session.OnLost(this, DisconnectReason.TransportError.With("data request connection closed prematurely"));
            return;
        }
        finally
        {
            Volatile.Write(ref _post, null);
            post.End();
        }
        await PollAnswer.WriteOkAsync(context).ConfigureAwait(false);
    }

    public override WriteResult TryWrite(Outbox outbox)
    {
        if (_gate.TakeOrWait(out var isDetached) is not { } poll)
            return isDetached ? WriteResult.Detached : WriteResult.Busy;
        var payload = new ArrayBufferWriter<byte>();
        var isClosed = format.Fill(payload, outbox, session.Server.Options.MaxHttpBufferSize, out var isUncompressed);
        poll.IsUncompressed = isUncompressed;
        poll.Complete(format.Finish(payload));
        return isClosed ? WriteResult.Ended : WriteResult.Written;
    }

    public override void Abort()
    {
        _gate.Close()?.Complete(format.Alone("1"u8));
        Volatile.Read(ref _post)?.Abort();
    }

    public override void LetGo() => Release(_gate.LetGo());

    public override void Keep() => _gate.Keep();

    public override bool Detach()
    {
        Release(_gate.Detach(out var drainWaited));
        return drainWaited;
    }

    public override Task WhenReceived() => Volatile.Read(ref _post)?.WhenDone ?? Task.CompletedTask;

    private async Task AnswerAsync(HttpContext context, ArrayBufferWriter<byte> payload, HttpCompressionOptions? compression)
    {
        try
        {
            await PollAnswer.WriteAsync(context, payload.WrittenMemory, format.ContentTypeOf(payload.WrittenSpan), compression).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // what was in the answer is lost, so the session is
            session.OnLost(this, DisconnectReason.TransportError.With("poll connection closed prematurely"));
            if (exception is not (IOException or OperationCanceledException))
                throw;
        }
    }

    private void Release(Poll? poll) => poll?.Complete(format.Alone("6"u8));

    private void Refuse(HttpContext context, string why)
    {
        session.Expel(DisconnectReason.TransportError.With(why));
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    // A client that has gone is no news; one that is silent in the middle of a body is, and gets the server's answer.
    private void OnCutOff(HttpContext context, BadHttpRequestException exception)
    {
        context.Response.StatusCode = exception.StatusCode;
        if (exception.StatusCode == StatusCodes.Status408RequestTimeout)
            session.OnProtocolError(this, CloseCode.ProtocolError, "the body of a POST did not arrive in time");
        else
            session.OnLost(this, DisconnectReason.TransportError.With("data request connection closed prematurely"));
    }

    private void OnTooLarge(HttpContext context, BodyReader body)
    {
        if (session.MayLog(TooLarge))
            Log.BodyTooLarge(session.Server.Logger, session.Label, context.Request.ContentLength ?? body.Length, session.Server.Options.MaxHttpBufferSize);
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
    }

    private void OnPollAborted()
    {
        // an answered poll is no longer parked: its connection may do as it likes
        if (_gate.Take() is not { } poll)
            return;
        Release(poll);
        session.OnLost(this, DisconnectReason.TransportError.With("poll connection closed prematurely"));
    }
}
