using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Polling;

/// <summary>A POST on its way in: its body is read, and then its packets are given to the session one after the other.</summary>
internal sealed class Post(EngineSession session, Transport transport, PayloadFormat format, HttpContext context, BodyReader body)
{
    // locks itself: a request that has ended may be another client's by now
    private bool _hasEnded;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything that came was received, or nothing more comes.</summary>
    public Task WhenDone => _done.Task;

    /// <summary>Whether its connection has ended before it was answered.</summary>
    public bool IsAborted
    {
        get
        {
            lock (this)
                return !_hasEnded && context.RequestAborted.IsCancellationRequested;
        }
    }

    /// <summary>The session has ended: a body that is still to come is not waited for.</summary>
    public void Abort() => body.Abort();

    public void End()
    {
        lock (this)
            _hasEnded = true;
        transport.EndHandling();
        _done.TrySetResult();
    }

    /// <summary>Takes the packets in.</summary>
    /// <returns>Whether the body was not too large.</returns>
    /// <exception cref="IOException">The connection ended before the last byte.</exception>
    /// <exception cref="BadHttpRequestException">The same, or the body breaks a rule of HTTP.</exception>
    /// <exception cref="OperationCanceledException">The request was aborted.</exception>
    public async Task<bool> TryReceiveAsync()
    {
        if (!await body.TryReadAsync().ConfigureAwait(false))
            return false;
        transport.BeginHandling();
        var length = body.Length;
        if (!format.TryUnpack(body.Bytes, ref length))
        {
            OnMalformed();
            return true;
        }
        for (var at = 0; TryReceiveNext(body.Bytes.AsSpan(0, length), ref at, out var pending);)
        {
            if (pending.IsCompletedSuccessfully)
                continue;
            transport.AwaitHandling();
            try
            {
                await pending.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                session.Fail(exception);
            }
            transport.BeginHandling();
        }
        return true;
    }

    private bool TryReceiveNext(Span<byte> bytes, ref int at, out ValueTask pending)
    {
        pending = ValueTask.CompletedTask;
        var rest = bytes[at..];
        var status = format.TryRead(ref rest, out var packet);
        at = bytes.Length - rest.Length;
        switch (status)
        {
            case PayloadReadStatus.End:
                return false;
            case PayloadReadStatus.Malformed:
                OnMalformed();
                return false;
            default:
                pending = session.Receive(transport, status is PayloadReadStatus.Binary, packet);
                return true;
        }
    }

    private void OnMalformed() => session.Break(DisconnectReason.ParseError.With("a malformed payload"));
}
