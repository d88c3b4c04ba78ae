using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class PollingTests
{
    private EngineHost _host = null!;
    private RawPolling _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = await EngineHost.StartAsync(options => options.MaxHttpBufferSize = 1000);
        _client = await RawPolling.OpenAsync(_host.Address);
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task A_message_is_posted_and_its_echo_polled()
    {
        await _client.PostAsync("4hello €");
        Assert.That(await _client.PollAsync(), Is.EqualTo(new[] { "4hello €" }));
    }

    [Test]
    public async Task Several_packets_travel_in_one_body_each_way()
    {
        await _client.PostAsync("4one", "bAQIDBA==", "4", "4three");
        Assert.That(await _client.PollAsync(), Is.EqualTo(new[] { "4one", "bAQIDBA==", "4", "4three" }));
    }

    [Test]
    public async Task A_parked_poll_is_answered_when_something_is_sent()
    {
        var poll = _client.PollAsync();
        await Parked();
        _host.Session(_client.Sid).Send("now");
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "4now" }));
    }

    [Test]
    public async Task A_connection_per_request_will_do()
    {
        async Task<string> SendAsync(HttpMethod method, string? body = null)
        {
            var request = new HttpRequestMessage(method, _client.Target("EIO=4&transport=polling"))
            {
                Content = body is null ? null : new StringContent(body),
            };
            request.Headers.ConnectionClose = true;
            using var response = await _client.SendAsync(request);
            Assert.That(response.Headers.ConnectionClose, Is.True);
            return await response.Content.ReadAsStringAsync();
        }

        var poll = SendAsync(HttpMethod.Get);
        await Parked();
        Assert.That(await SendAsync(HttpMethod.Post, "4test"), Is.EqualTo("ok"));
        Assert.That(await poll.WithDeadline(), Is.EqualTo("4test"));
        Assert.That(_host.App.Closed, Is.Empty);
    }

    [Test]
    public async Task Answers_have_the_types_the_reference_has_and_are_not_cached()
    {
        await _client.PostAsync("4x");
        using var poll = await _client.GetAsync();
        Assert.That(poll.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; charset=UTF-8"));
        Assert.That(poll.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(poll.Content.Headers.ContentLength, Is.EqualTo(2));
        using var post = await _client.PostBodyAsync("4x"u8.ToArray());
        Assert.That(post.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/html"));
        Assert.That(await post.Content.ReadAsStringAsync(), Is.EqualTo("ok"));
    }

    [Test]
    public async Task More_than_the_payload_limit_is_answered_in_several_polls_in_order()
    {
        var session = _host.Session(_client.Sid);
        var messages = Enumerable.Range(0, 50).Select(i => $"{i} " + new string('x', i * 3)).ToArray();
        foreach (var message in messages)
            session.Send(message);
        session.Send(new string('y', 5000));

        var received = new List<string>();
        var polls = 0;
        while (received.Count < messages.Length + 1)
        {
            using var response = await _client.GetAsync();
            var body = await response.Content.ReadAsStringAsync();
            received.AddRange(body.Split('\u001e'));
            Assert.That(body.Length, Is.LessThanOrEqualTo(1000).Or.EqualTo(5001), "a message over the limit travels alone");
            polls++;
        }
        Assert.That(received.Select(packet => packet[1..]), Is.EqualTo(messages.Append(new string('y', 5000))));
        Assert.That(polls, Is.GreaterThan(3));
    }

    [Test]
    public async Task Two_polls_at_once_end_the_session()
    {
        var first = _client.PollAsync();
        await Parked();
        using var second = await _client.GetAsync();
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await first.WithDeadline(), Is.EqualTo(new[] { "1" }));
        await AssertClosed(DisconnectReason.TransportError);
    }

    [Test]
    public async Task Two_posts_at_once_end_the_session()
    {
        var handling = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        _host.App.Message = async (_, _) =>
        {
            handling.SetResult();
            await done.Task;
        };
        var first = _client.PostAsync("4slow");
        await handling.Task.WithDeadline();
        using var second = await _client.PostBodyAsync("4x"u8.ToArray());
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        done.SetResult();
        await first.WithDeadline();
        await AssertClosed(DisconnectReason.TransportError);
    }

    [Test]
    public async Task A_binary_body_ends_the_session()
    {
        using var response = await _client.PostBodyAsync([4, 1, 2], "application/octet-stream");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        await AssertClosed(DisconnectReason.TransportError);
    }

    [TestCase("")]
    [TestCase("abc")]
    [TestCase("4ok\u001e")]
    [TestCase("\u001e4ok")]
    [TestCase("7")]
    public async Task A_malformed_body_ends_the_session(string body)
    {
        var poll = _client.PollAsync();
        await Parked();
        using var response = await _client.PostBodyAsync(Encoding.UTF8.GetBytes(body));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await poll.WithDeadline(), Is.SubsetOf(new[] { "1", "4ok" }));
        await AssertClosed(DisconnectReason.ParseError);
    }

    [Test]
    public async Task A_body_of_exactly_the_limit_passes_and_one_byte_more_does_not([Values] bool chunked)
    {
        using var exact = await _client.PostBodyAsync(Body(1000, chunked));
        Assert.That(exact.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var over = await _client.PostBodyAsync(Body(1001, chunked));
        Assert.That(over.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That((await _client.PollAsync())[0], Has.Length.EqualTo(1000), "and the session goes on");
        var line = _host.Log.Entries.Single(entry => entry.Message.StartsWith("A POST", StringComparison.Ordinal)).Message;
        Assert.That(line, Does.Contain("1001 bytes").And.Contain("MaxHttpBufferSize is 1000").And.Contain(_client.Sid[..6]));
        Assert.That(line, Does.Not.Contain(_client.Sid), "whoever knows the id can speak for the client");
    }

    [Test]
    public async Task A_body_far_over_the_limit_is_refused_without_the_session([Values] bool chunked)
    {
        using var over = await _client.PostBodyAsync(Body(200_000, chunked));
        Assert.That(over.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        await _client.PostAsync("4on");
        Assert.That(await _client.PollAsync(), Is.EqualTo(new[] { "4on" }));
    }

    [Test]
    public async Task A_close_packet_lets_the_parked_poll_go_and_ends_the_session()
    {
        var poll = _client.PollAsync();
        await Parked();
        await _client.PostAsync("1");
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "6" }));
        await AssertClosed(DisconnectReason.TransportClose);
    }

    [Test]
    public async Task A_close_by_the_server_is_a_packet_behind_what_was_sent([Values] bool parked)
    {
        var session = _host.Session(_client.Sid);
        if (parked)
        {
            var poll = _client.PollAsync();
            await Parked();
            session.Close();
            Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "1" }));
        }
        else
        {
            session.Send("last");
            session.Close();

            // the close packet comes alone: a stock client would close before it handed out what came along
            Assert.That(await _client.PollAsync(), Is.EqualTo(new[] { "4last" }));
            Assert.That(await _client.PollAsync(), Is.EqualTo(new[] { "1" }));
        }
        await AssertClosed(DisconnectReason.ForcedClose);
    }

    [Test]
    public async Task A_poll_that_is_given_up_ends_the_session()
    {
        using var cancellation = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Get, _client.Target("EIO=4&transport=polling"));
        var poll = _client.SendAsync(request, cancellation.Token);
        await Parked();
        await cancellation.CancelAsync();
        Assert.That(async () => await poll, Throws.InstanceOf<OperationCanceledException>());
        await AssertClosed(DisconnectReason.TransportError);
    }

    [Test]
    public async Task A_post_that_breaks_off_ends_the_session()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(_host.Address.Host, _host.Address.Port).WithDeadline();
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {_client.Target("EIO=4&transport=polling")} HTTP/1.1\r\nHost: {_host.Address.Authority}\r\nContent-Length: 100\r\n\r\n4part"));
        tcp.Client.Shutdown(SocketShutdown.Send);
        await AssertClosed(DisconnectReason.TransportError);
    }

    [Test]
    public async Task A_close_by_the_server_ends_a_post_whose_body_is_still_to_come()
    {
        await using var host = await EngineHost.StartAsync(
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinRequestBodyDataRate = null));
        using var client = await RawPolling.OpenAsync(host.Address);
        var session = host.Session(client.Sid);
        var poll = client.PollAsync();
        await Deadlines.Eventually(() => session.CurrentTransport.IsWritable);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port).WithDeadline();
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {client.Target("EIO=4&transport=polling")} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Length: 100\r\n\r\n4part"));
        await Deadlines.Eventually(() => !session.CurrentTransport.WhenReceived().IsCompleted);
        session.Close();
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "1" }));
        await session.CurrentTransport.WhenReceived().WithDeadline();
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.ForcedClose }));
    }

    [Test]
    public async Task A_handler_that_throws_ends_the_session([Values] bool atOnce)
    {
        _host.Log.Expect("The handler of session");
        _host.App.Message = (_, _) => atOnce
            ? throw new InvalidOperationException("sync")
            : ValueTask.FromException(new InvalidOperationException("async"));
        await _client.PostAsync("4x", "4never seen");
        Assert.That(await _client.PollAsync(), Is.EqualTo(new[] { "1" }));
        await AssertClosed(DisconnectReason.ForcedClose);
    }

    [Test]
    public async Task A_post_is_answered_when_the_handler_is_done()
    {
        var done = new TaskCompletionSource();
        var messages = new List<string>();
        _host.App.Message = async (_, text) =>
        {
            messages.Add(text);
            await done.Task;
        };
        var post = _client.PostAsync("4one", "4two");
        await Deadlines.Eventually(() => messages.Count == 1);
        Assert.That(post.IsCompleted, Is.False);
        done.SetResult();
        await post.WithDeadline();
        Assert.That(messages, Is.EqualTo(new[] { "one", "two" }));
    }

    private static ByteArrayContent Body(int size, bool chunked)
    {
        var body = Encoding.UTF8.GetBytes("4" + new string('x', size - 1));
        return chunked ? new ChunkedContent(body) : new ByteArrayContent(body);
    }

    private Task Parked() => Deadlines.Eventually(() => _host.Session(_client.Sid).CurrentTransport.IsWritable);

    private async Task AssertClosed(DisconnectReason reason)
    {
        await _host.HasNoSessions();
        Assert.That(_host.App.Closed, Is.EqualTo(new[] { reason }));
        using var after = await _client.GetAsync();
        Assert.That(await after.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":1,"message":"Session ID unknown"}"""));
    }

    private sealed class ChunkedContent(byte[] body) : ByteArrayContent(body)
    {
        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
