using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Polling;

/// <summary>
/// HTTP long-polling: parks a GET until the outbox has something for it, and takes POST bodies in. At most one of each at a time.
/// </summary>
internal sealed class PollingTransport(EngineSession session, PayloadFormat format) : Transport
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private Poll? _parked;
    private bool _drainWaits;
    private bool _leaving;
    private bool _detached;
    private TaskCompletionSource? _receiving;
    private HttpContext? _reading;

    public override EngineTransports Kind => EngineTransports.Polling;

    public override bool IsWritable
    {
        get
        {
            lock (_sync)
                return _parked is not null;
        }
    }

    /// <summary>Answers a GET as soon as there is something to say.</summary>
    public async Task PollAsync(HttpContext context, Action<HttpContext> writeHeaders)
    {
        var poll = new Poll();
        if (!TryPark(poll, out var resume))
        {
            Refuse(context, "overlapping polls");
            return;
        }
        if (resume)
            Cork.Drain(session);

        var aborted = context.RequestAborted.UnsafeRegister(
            static state => ((PollingTransport)state!).OnPollAborted(), this);
        ArrayBufferWriter<byte> payload;
        await using (aborted.ConfigureAwait(false))
            payload = await poll.Answer.ConfigureAwait(false);

        var response = context.Response;
        response.ContentType = format.ContentTypeOf(payload.WrittenSpan);
        var body = poll.IsUncompressed ? payload.WrittenMemory : Encode(context, payload.WrittenMemory);
        response.ContentLength = body.Length;
        KeepFromFilter(context);
        writeHeaders(context);
        try
        {
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // what was in the answer is lost, so the session is
            session.OnLost(this, DisconnectReason.TransportError.With("poll connection closed prematurely"));
        }
    }

    /// <summary>Takes the packets of a POST in; the answer leaves when they are handled.</summary>
    public async Task PostAsync(HttpContext context, Action<HttpContext> writeHeaders)
    {
        if (!format.Accepts(context.Request.ContentType))
        {
            Refuse(context, "a binary body");
            return;
        }
        if (!TryStartReceiving())
        {
            Refuse(context, "overlapping posts");
            return;
        }

        byte[]? body = null;
        try
        {
            var length = 0;
            (body, length) = await ReadWholeBodyAsync(context).ConfigureAwait(false);
            if (body is null)
            {
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return;
            }
            await ReceiveAsync(body, length).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or BadHttpRequestException)
        {
            session.OnLost(this, DisconnectReason.TransportError.With("data request connection closed prematurely"));
            return;
        }
        finally
        {
            if (body is not null)
                ArrayPool<byte>.Shared.Return(body);
            EndReceiving();
        }

        // text/html keeps old browsers from offering a download, as the reference notes
        context.Response.ContentType = "text/html";
        context.Response.ContentLength = 2;
        KeepFromFilter(context);
        writeHeaders(context);
        await context.Response.WriteAsync("ok", context.RequestAborted).ConfigureAwait(false);
    }

    public override WriteResult TryWrite(Outbox outbox)
    {
        Poll poll;
        lock (_sync)
        {
            if (_detached)
                return WriteResult.Detached;
            if (_parked is null)
            {
                _drainWaits = true;
                return WriteResult.Busy;
            }
            poll = _parked;
            _parked = null;
        }

        var payload = new ArrayBufferWriter<byte>();
        poll.IsUncompressed = true;
        var closed = Fill(payload, outbox, poll);
        poll.Complete(format.Finish(payload));
        return closed ? WriteResult.Ended : WriteResult.Written;
    }

    public override void Abort()
    {
        Unpark()?.Complete(format.Alone("1"u8));

        // a request whose body was read to its end is answered, or another client's by now
        lock (_sync)
            _reading?.Abort();
    }

    public override void LetGo()
    {
        Poll? poll;
        lock (_sync)
        {
            _leaving = true;
            poll = _parked;
            _parked = null;
        }
        poll?.Complete(format.Alone("6"u8));
    }

    public override void Keep()
    {
        lock (_sync)
            _leaving = false;
    }

    public override bool Detach()
    {
        bool drainWaited;
        lock (_sync)
        {
            _detached = true;
            drainWaited = _drainWaits;
            _drainWaits = false;
        }
        Unpark()?.Complete(format.Alone("6"u8));
        return drainWaited;
    }

    public override Task WhenReceived()
    {
        lock (_sync)
            return _receiving?.Task ?? Task.CompletedTask;
    }

    // Internet Explorer takes an answer that repeats what was posted for an attack.
    private static void KeepFromFilter(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        if (agent.Contains(";MSIE", StringComparison.Ordinal) || agent.Contains("Trident/", StringComparison.Ordinal))
            context.Response.Headers.XXSSProtection = "0";
    }

    /// <summary>The body as the client would like it best, with the headers that say so.</summary>
    private ReadOnlyMemory<byte> Encode(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (session.Server.Options.HttpCompression is not { } compression || body.Length < compression.Threshold)
            return body;
        var headers = context.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var coding = ContentCoding.ChooseQuick(context.Request.GetTypedHeaders().AcceptEncoding);
        if (coding == ContentCoding.Identity)
            return body;
        headers.ContentEncoding = coding;
        return ContentCoding.Encode(coding, body.Span);
    }

    private void Refuse(HttpContext context, string why)
    {
        session.Drop(DisconnectReason.TransportError.With(why));
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    private void OnPollAborted()
    {
        // an answered poll is no longer parked: its connection may do as it likes
        if (Unpark() is { } poll)
        {
            poll.Complete(format.Alone("6"u8));
            session.OnLost(this, DisconnectReason.TransportError.With("poll connection closed prematurely"));
        }
    }

    private Poll? Unpark()
    {
        lock (_sync)
        {
            var poll = _parked;
            _parked = null;
            return poll;
        }
    }

    private bool TryPark(Poll poll, out bool resume)
    {
        lock (_sync)
        {
            resume = false;
            if (_parked is not null)
                return false;
            resume = _drainWaits;
            _drainWaits = false;

            // nothing to say and the client about to leave: it is let go, so that it can pause polling
            if ((_leaving && !resume) || _detached || session.State is SessionState.Closed)
                poll.Complete(format.Alone("6"u8));
            else
                _parked = poll;
            return true;
        }
    }

    private bool TryStartReceiving()
    {
        lock (_sync)
        {
            if (_receiving is not null)
                return false;
            _receiving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    private void EndReceiving()
    {
        lock (_sync)
        {
            _receiving!.TrySetResult();
            _receiving = null;
        }
    }

    /// <summary>Moves frames into the payload until it is full; the first always fits. True when it ends with the close packet.</summary>
    private bool Fill(ArrayBufferWriter<byte> payload, Outbox outbox, Poll poll)
    {
        while (outbox.HasPending)
        {
            var frame = outbox.First;
            var isFirst = payload.WrittenCount == 0;
            if (frame.IsClose)
            {
                // alone: stock clients see a close at once, and the messages before it in the same payload only after it
                if (!isFirst)
                    return false;
                format.WriteAlone("1"u8, payload);
                outbox.ConsumeFirst();
                return true;
            }
            if (!isFirst && !format.Fits(frame, payload, session.Server.Options.MaxHttpBufferSize))
                return false;
            format.Write(frame, payload);
            poll.IsUncompressed &= frame is UncompressedFrame;
            outbox.ConsumeFirst();
        }
        return false;
    }

    /// <summary>Reads the body; meanwhile the end of the session is the end of the request.</summary>
    private async Task<(byte[]? Body, int Length)> ReadWholeBodyAsync(HttpContext context)
    {
        SetReading(context);
        try
        {
            return await ReadBodyAsync(context).ConfigureAwait(false);
        }
        finally
        {
            SetReading(null);
        }
    }

    private void SetReading(HttpContext? context)
    {
        lock (_sync)
            _reading = context;
        if (context is not null && session.State is SessionState.Closed)
            context.Abort();
    }

    /// <summary>Reads the whole body into a rented array; null when it is over the limit.</summary>
    private async Task<(byte[]? Body, int Length)> ReadBodyAsync(HttpContext context)
    {
        var limit = session.Server.Options.MaxHttpBufferSize;
        if (context.Request.ContentLength > limit)
            return (null, 0);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;

        var body = ArrayPool<byte>.Shared.Rent(Math.Min(limit, 4096));
        var length = 0;
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(body.AsMemory(length), context.RequestAborted).ConfigureAwait(false);
            length += read;
            if (length > limit)
            {
                ArrayPool<byte>.Shared.Return(body);
                return (null, 0);
            }
            if (read == 0)
                return (body, length);
            if (length == body.Length)
                body = Grow(body, length);
        }
    }

    private static byte[] Grow(byte[] body, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        body.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(body);
        return larger;
    }

    private async Task ReceiveAsync(byte[] body, int length)
    {
        var at = 0;
        if (!format.TryUnpack(body, ref length))
        {
            OnMalformed();
            return;
        }
        while (TryReceiveNext(body.AsSpan(0, length), ref at, out var pending))
        {
            try
            {
                await pending.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                session.Fail(exception);
            }
        }
    }

    private bool TryReceiveNext(Span<byte> body, ref int at, out ValueTask pending)
    {
        pending = ValueTask.CompletedTask;
        var rest = body[at..];
        var status = format.TryRead(ref rest, out var packet);
        at = body.Length - rest.Length;
        switch (status)
        {
            case PayloadReadStatus.End:
                return false;
            case PayloadReadStatus.Malformed:
                OnMalformed();
                return false;
            default:
                pending = session.Receive(this, status is PayloadReadStatus.Binary, packet);
                return true;
        }
    }

    private void OnMalformed() => session.Break(DisconnectReason.ParseError.With("a malformed payload"));
}
