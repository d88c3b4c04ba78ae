using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Hosting;

/// <summary>Makes requests WebSockets: of new sessions, and of sessions that poll so far.</summary>
internal sealed class WebSocketAcceptor(EngineServer server, SessionLimits limits, ResponseHeaders headers, ErrorAnswer errors)
{
    // The reference, too, accepts a WebSocket too many and closes it.
    private static readonly Frame UpgradeTooMany = Frame.Close(CloseCode.Normal, "the session is being upgraded or was");

    private readonly EngineOptions _options = server.Options;

    public Task OpenAsync(HttpContext context, in Opening opening)
    {
        var place = default(AddressKey);
        var error = FindFault(context) ?? limits.Enter(context, out place);
        var target = new Target(null, opening, place);
        if (error is null && headers.TryWriteInitial(context, opening.Id))
            return AcceptAsync(context, target);
        GiveUp(target);
        return error is null ? Task.CompletedTask : errors.WriteAsync(context, isUpgrade: true, error);
    }

    public Task UpgradeAsync(HttpContext context, EngineSession session)
    {
        if (FindFault(context) is { } error)
            return errors.WriteAsync(context, isUpgrade: true, error);
        return headers.TryWrite(context, session) ? AcceptAsync(context, new Target(session, default, default)) : Task.CompletedTask;
    }

    private static EngineError? FindFault(HttpContext context)
    {
        if (WebSocketEntry.FindFault(context) is not { } fault)
            return null;

        // RFC 6455 4.4: a client of another version is told which one is served
        if (!WebSocketHandshake.HasVersion(context.Request.Headers))
            context.Response.Headers.SecWebSocketVersion = WebSocketHandshake.Version;
        return EngineError.BadRequest(fault);
    }

    private Task AcceptAsync(HttpContext context, in Target target)
    {
        var deflate = NegotiateDeflate(context);
        ValueTask<Stream> accepted;
        try
        {
            accepted = WebSocketEntry.AcceptAsync(context);
        }
        catch
        {
            GiveUp(target);
            throw;
        }
        return accepted.IsCompletedSuccessfully
            ? Serve(context, target, deflate, accepted.Result)
            : ServeAsync(context, target, deflate, accepted).Unwrap();
    }

    /// <summary>No session begins.</summary>
    private void GiveUp(in Target target)
    {
        limits.Leave(target.Place);
        target.Opening.Claim?.Dispose();
    }

    private PerMessageDeflate? NegotiateDeflate(HttpContext context)
    {
        if (_options.PerMessageDeflate is not { } options || WebSocketEntry.HasOnlyFramed(context))
            return null;
        var deflate = DeflateNegotiation.Accept(options, context.Request.Headers.SecWebSocketExtensions, out var answer);
        if (deflate is not null)
            context.Response.Headers.SecWebSocketExtensions = answer;
        return deflate;
    }

    // What follows is handed out, not awaited: it lasts as long as the WebSocket, and this would be kept for it.
    private async Task<Task> ServeAsync(HttpContext context, Target target, PerMessageDeflate? deflate, ValueTask<Stream> accepted)
    {
        Stream stream;
        try
        {
            stream = await accepted.ConfigureAwait(false);
        }
        catch (InvalidOperationException exception) when (!context.Response.HasStarted)
        {
            // a limit of the server's own, as Kestrel has one of upgraded connections
            GiveUp(target);
            WebSocketEntry.TakeBack(context.Response);
            return errors.WriteAsync(context, isUpgrade: true, EngineError.Unavailable(exception.Message));
        }
        catch
        {
            GiveUp(target);
            throw;
        }
        return Serve(context, target, deflate, stream);
    }

    private Task Serve(HttpContext context, in Target target, PerMessageDeflate? deflate, Stream stream)
    {
        if (_options.DirectSocketWrites && WebSocketEntry.Release(context) is { } connection)
        {
            ServeReleased(context, target, deflate, connection);
            return Task.CompletedTask;
        }
        var socket = _options.DirectSocketWrites ? WebSocketEntry.SocketOf(context) : null;
        if (WebSocketEntry.ConnectionInput(context) is { } connectionInput)
            return Serve(context, target, deflate, stream, socket, connectionInput);
        var input = WebSocketEntry.StreamInput(stream);
        return CompleteAsync(Serve(context, target, deflate, stream, socket, input), input, stream);
    }

    private static async Task CompleteAsync(Task serving, PipeReader input, Stream stream)
    {
        await serving.ConfigureAwait(false);
        await input.CompleteAsync().ConfigureAwait(false);
        (stream as FramedStream)?.Dispose();
    }

    private Task Serve(HttpContext context, in Target target, PerMessageDeflate? deflate, Stream stream, SocketOutput? socket, PipeReader input)
    {
        if (target.Session is { } polling)
        {
            var candidate = new WebSocketTransport(polling, input, stream, socket, isCandidate: true, context, deflate);
            return polling.TryBeginUpgrade(candidate) ? candidate.RunAsync() : stream.WriteAsync(UpgradeTooMany.Memory, context.RequestAborted).AsTask();
        }
        using var claim = target.Opening.Claim;
        var session = new EngineSession(
            server,
            target.Opening.Id,
            context,
            session => new WebSocketTransport(session, input, stream, socket, isCandidate: false, context, deflate),
            target.Opening.Revision3) { Place = target.Place };
        session.Open();
        return ((WebSocketTransport)session.CurrentTransport).RunAsync();
    }

    /// <summary>The same for a connection that the request does not keep: it ends now.</summary>
    private void ServeReleased(HttpContext context, in Target target, PerMessageDeflate? deflate, ReleasedConnection connection)
    {
        if (target.Session is null)
        {
            using var claim = target.Opening.Claim;
            var session = new EngineSession(
                server,
                target.Opening.Id,
                new RequestSnapshot(context),
                session => new WebSocketTransport(session, connection, deflate),
                target.Opening.Revision3) { Place = target.Place };
            session.Open();
            ((WebSocketTransport)session.CurrentTransport).Start();
        }
        else if (new WebSocketTransport(target.Session, connection, deflate) is var candidate && target.Session.TryBeginUpgrade(candidate))
        {
            candidate.Start();
        }
        else
        {
            connection.Send(UpgradeTooMany.Span, out _);
            connection.Close();
        }
    }

    /// <summary>What the WebSocket is for.</summary>
    /// <param name="Session">A session that polls so far.</param>
    /// <param name="Opening">Else the session that begins with it.</param>
    /// <param name="Place">And its place.</param>
    private readonly record struct Target(EngineSession? Session, Opening Opening, AddressKey Place);
}
