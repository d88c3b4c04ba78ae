using Microsoft.AspNetCore.Http;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

public class WebSocketHandshakeTests
{
    private const string SampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

    [Test]
    public void The_sample_key_of_the_RFC_gives_the_sample_accept_key() =>
        // RFC 6455 1.3
        Assert.That(WebSocketHandshake.AcceptKey(SampleKey), Is.EqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));

    [Test]
    public void A_proper_request_is_valid() => Assert.That(WebSocketHandshake.Validate(Request()), Is.Null);

    [TestCase("Connection", "keep-alive, Upgrade")]
    [TestCase("Connection", "UPGRADE")]
    [TestCase("Connection", "upgrade,keep-alive")]
    [TestCase("Upgrade", "WebSocket")]
    [TestCase("Upgrade", "h2c, websocket")]
    public void Tokens_are_found_in_lists_and_in_any_case(string header, string value)
    {
        var request = Request();
        request.Headers[header] = value;
        Assert.That(WebSocketHandshake.Validate(request), Is.Null);
    }

    [Test]
    public void Tokens_are_found_in_repeated_headers()
    {
        var request = Request();
        request.Headers.Connection = new(["keep-alive", "Upgrade"]);
        Assert.That(WebSocketHandshake.Validate(request), Is.Null);
    }

    [TestCase("Upgrade", null)]
    [TestCase("Upgrade", "")]
    [TestCase("Upgrade", "h2c")]
    [TestCase("Upgrade", "websockets")]
    [TestCase("Connection", null)]
    [TestCase("Connection", "keep-alive")]
    [TestCase("Connection", "not-upgrade")]
    [TestCase("Sec-WebSocket-Version", null)]
    [TestCase("Sec-WebSocket-Version", "8")]
    [TestCase("Sec-WebSocket-Version", "13, 8")]
    [TestCase("Sec-WebSocket-Key", null)]
    [TestCase("Sec-WebSocket-Key", "")]
    [TestCase("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ")]
    [TestCase("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=")]
    [TestCase("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSE=")]
    [TestCase("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSEh")]
    [TestCase("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j====")]
    [TestCase("Sec-WebSocket-Key", "dGhl!HNhbXBsZSBub25jZQ==")]
    [TestCase("Sec-WebSocket-Key", "dGhl HNhbXBsZSBub25jZQ==")]
    public void A_missing_or_wrong_header_is_named_in_the_answer(string header, string? value)
    {
        var request = Request();
        request.Headers[header] = value;
        Assert.That(WebSocketHandshake.Validate(request), Does.Contain(header));
    }

    [TestCase("Sec-WebSocket-Version", "13")]
    [TestCase("Sec-WebSocket-Key", SampleKey)]
    public void A_repeated_single_header_is_refused(string header, string value)
    {
        var request = Request();
        request.Headers[header] = new([value, value]);
        Assert.That(WebSocketHandshake.Validate(request), Does.Contain(header));
    }

    [TestCase("POST", "HTTP/1.1")]
    [TestCase("GET", "HTTP/1.0")]
    [TestCase("GET", "HTTP/2")]
    public void Only_a_GET_of_HTTP_1_1_is_valid(string method, string protocol)
    {
        var request = Request();
        (request.Method, request.Protocol) = (method, protocol);
        Assert.That(WebSocketHandshake.Validate(request), Is.Not.Null);
    }

    [Test]
    public void An_extended_connect_needs_only_the_version()
    {
        var request = new DefaultHttpContext().Request;
        Assert.That(WebSocketHandshake.ValidateExtendedConnect(request), Is.Not.Null);
        request.Headers.SecWebSocketVersion = "13";
        Assert.That(WebSocketHandshake.ValidateExtendedConnect(request), Is.Null);
    }

    private static HttpRequest Request()
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Protocol) = ("GET", "HTTP/1.1");
        request.Headers.Upgrade = "websocket";
        request.Headers.Connection = "Upgrade";
        request.Headers.SecWebSocketVersion = "13";
        request.Headers.SecWebSocketKey = SampleKey;
        return request;
    }
}
