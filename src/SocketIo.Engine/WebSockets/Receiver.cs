using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// Reads a WebSocket: takes frames apart, gives them to the session one by one, and reads no further while that wants a pause.
/// </summary>
/// <param name="transport">The transport for which this reads; its session is told of what arrives.</param>
/// <param name="input">What the peer sends; completed by its owner.</param>
/// <param name="deflate">The extension, where it was agreed on.</param>
internal sealed class Receiver(WebSocketTransport transport, PipeReader input, PerMessageDeflate? deflate)
{
    private readonly FrameReader _frames = new(transport.Session.Server.Options.MaxHttpBufferSize, deflate);
    private bool _inputEnded;
    private bool _isStopped;

    /// <summary>Whether the peer's close frame has come.</summary>
    public bool PeerClosed { get; private set; }

    /// <summary>Whether the peer can't be understood any more.</summary>
    public bool IsBroken { get; private set; }

    // by the transport: a field of its own would be memory of every idle client
    private EngineSession Session => transport.Session;

    /// <summary>
    /// Receives until the connection is over. It lasts as long as the connection, so what it keeps across an await costs memory for
    /// each idle client.
    /// </summary>
    public async Task RunAsync()
    {
        try
        {
            while (!_inputEnded && !Volatile.Read(ref _isStopped))
            {
                // a cancelled read is the server's way of saying that the host stops, which the session knows by itself
                var pending = Process(await input.ReadAsync().ConfigureAwait(false));
                if (!pending.IsCompletedSuccessfully)
                    await PauseAsync(pending).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            Session.OnLost(transport, DisconnectReason.TransportClose.With(exception.Message));
        }
        catch (Exception exception)
        {
            Session.Fail(exception);
        }
        _frames.Drop();
        await transport.FinishAsync().ConfigureAwait(false);
    }

    /// <summary>Reads no more; from any thread.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopped, true);
        input.CancelPendingRead();
    }

    /// <summary>Handles what one read brought; when the session wants a pause, the rest comes again with the next read.</summary>
    private ValueTask Process(ReadResult read)
    {
        var rest = read.Buffer;
        transport.BeginHandling();
        var pending = ReadFrames(ref rest);
        _frames.Release();
        var isPaused = !pending.IsCompletedSuccessfully;
        if (isPaused)
            transport.AwaitHandling();
        else
            transport.EndHandling();
        input.AdvanceTo(rest.Start, isPaused ? rest.Start : rest.End);
        _inputEnded = PeerClosed || (read.IsCompleted && !isPaused);
        return pending;
    }

    private async Task PauseAsync(ValueTask pending)
    {
        try
        {
            await pending.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Session.Fail(exception);
        }
        transport.EndHandling();
    }

    /// <summary>Handles the frames of one read, up to one after which the session wants a pause.</summary>
    private ValueTask ReadFrames(ref ReadOnlySequence<byte> buffer)
    {
        Cork.Scope cork = default;
        var isCorked = false;
        try
        {
            while (!IsBroken)
            {
                var status = _frames.TryRead(ref buffer);
                if (status is FrameReadStatus.NeedMore)
                    return ValueTask.CompletedTask;

                // more was read along with this frame: what it causes leaves together with what the rest causes
                if (!isCorked && !buffer.IsEmpty)
                {
                    cork = Cork.Hold();
                    isCorked = true;
                }
                var pending = Handle(status);
                if (PeerClosed || !pending.IsCompletedSuccessfully)
                    return pending;
            }

            // what follows a broken frame can't be understood: it is thrown away until the peer has seen our close frame
            buffer = buffer.Slice(buffer.End);
            return ValueTask.CompletedTask;
        }
        finally
        {
            cork.Dispose();
        }
    }

    private ValueTask Handle(FrameReadStatus status)
    {
        switch (status)
        {
            case FrameReadStatus.Text:
                return Session.Receive(transport, isBinary: false, _frames.Payload);
            case FrameReadStatus.Binary:
                return Session.Receive(transport, isBinary: true, _frames.Payload);
            case FrameReadStatus.Ping:
                Session.Answer(transport, Frame.Of(Opcode.Pong, _frames.Payload));
                return ValueTask.CompletedTask;
            case FrameReadStatus.Pong:
                transport.OnPong(_frames.Payload);
                return ValueTask.CompletedTask;
            case FrameReadStatus.Close:
                PeerClosed = true;
                Session.OnPeerClose(transport);
                return ValueTask.CompletedTask;
            default:
                IsBroken = true;
                Session.OnProtocolError(transport, _frames.CloseCode, _frames.CloseReason);
                return ValueTask.CompletedTask;
        }
    }
}
