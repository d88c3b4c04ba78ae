using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.Tests.Sessions;
using SocketIo.Engine.WebSockets;
using SocketIo.TestKit;
using TcpSocket = System.Net.Sockets.Socket;

namespace SocketIo.Engine.Tests.WebSockets;

public class WebSocketTransportTests
{
    [Test]
    public async Task A_client_gone_right_after_the_handshake_is_a_transport_close()
    {
        using var engine = new TestEngine();
        var socket = new TcpSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Dispose();
        var context = new DefaultHttpContext();
        var session = new EngineSession(
            engine.Server,
            "gone",
            context,
            session => new WebSocketTransport(session, PipeReader.Create(Stream.Null), Stream.Null, KestrelSocket.TryUse(socket), isCandidate: false, context));
        session.Open();
        await ((WebSocketTransport)session.CurrentTransport).RunAsync().WithDeadline();
        Assert.That(engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed transport close" }));
        Assert.That(engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task A_candidate_whose_client_closes_it_ends_although_its_session_is_closing_on_polling()
    {
        using var engine = new TestEngine();
        var session = engine.Open(EngineTransports.Polling, out var polling);
        polling.Blocked = true;
        var input = new MemoryStream([0x88, 0x80, 1, 2, 3, 4]);
        var candidate = new WebSocketTransport(
            session, PipeReader.Create(input), Stream.Null, socket: null, isCandidate: true, new DefaultHttpContext());
        session.TryBeginUpgrade(candidate);
        session.Close();
        Assert.That(session.State, Is.EqualTo(SessionState.Closing));
        await candidate.RunAsync().WithDeadline();
    }
}
