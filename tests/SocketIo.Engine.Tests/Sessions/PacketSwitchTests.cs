using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Tests.Sessions;

public class PacketSwitchTests
{
    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [TestCase(4, "bYWJj", "616263")]
    [TestCase(3, "b4YWJj", "616263")]
    [TestCase(4, "b", "")]
    [TestCase(4, "bYQ", "61", Description = "without its padding")]
    [TestCase(4, "b%%%", "", Description = "the reference takes what there is, also of malformed base64")]
    [TestCase(3, "b4%%%", "")]
    public void A_binary_message_of_a_client_that_sends_base64_on_a_WebSocket_is_binary(int protocol, string packet, string hex)
    {
        var session = Open(protocol, out var transport);
        var told = new List<string>();
        session.Events.OnPacketReceived((_, packet) => told.Add(packet.IsBinary ? Convert.ToHexString(packet.Data) : packet.Text));
        transport.Receive(packet);
        Assert.That(_engine.Handler.Calls[^1], Is.EqualTo("message " + hex));
        Assert.That(told, Is.EqualTo(new[] { hex }));
        Assert.That(session.IsOpen, Is.True);
    }

    [Test]
    public void The_bytes_are_the_applications_during_the_call_only()
    {
        var session = Open(4, out var transport);
        var texts = new List<string>();
        _engine.Handler.Message = (_, text) =>
        {
            texts.Add(text);
            return ValueTask.CompletedTask;
        };
        transport.Receive("bYWJj");
        transport.Receive("bZGVm");
        Assert.That(texts, Is.EqualTo(new[] { "616263", "646566" }));
    }

    [TestCase(4, "2", "transport error")]
    [TestCase(3, "3", "transport error")]
    [TestCase(3, "bYQ==", "parse error")]
    [TestCase(3, "b", "parse error")]
    [TestCase(3, "7", "parse error")]
    [TestCase(3, "", "parse error")]
    public void A_packet_that_the_protocol_does_not_have_ends_the_session(int protocol, string packet, string reason)
    {
        Open(protocol, out var transport);
        transport.Receive(packet);
        Assert.That(_engine.Handler.Calls[^1], Is.EqualTo("closed " + reason));
    }

    private EngineSession Open(int protocol, out TestTransport transport)
    {
        TestTransport? made = null;
        var session = new EngineSession(
            _engine.Server,
            "session",
            new DefaultHttpContext(),
            session => made = new TestTransport(session, EngineTransports.WebSocket),
            protocol == 3 ? new Revision3(isBase64: true) : null);
        session.Open();
        transport = made!;
        return session;
    }
}
