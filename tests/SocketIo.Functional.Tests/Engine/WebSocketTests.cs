using System.Text;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

[TestFixture(true)]
[TestFixture(false)]
public class WebSocketTests(bool directSocketWrites)
{
    private EngineHost _host = null!;
    private RawWebSocket _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = await EngineHost.StartAsync(options =>
        {
            options.MaxHttpBufferSize = 100_000;
            options.DirectSocketWrites = directSocketWrites;
        });
        _client = await RawWebSocket.OpenAsync(_host.Address);
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task Text_and_binary_come_back_as_they_went()
    {
        foreach (var size in new[] { 0, 1, 124, 125, 126, 65534, 65535, 65536, 99_999 })
        {
            var text = "4" + new string('x', size);
            await _client.SendAsync(text);
            var echo = await _client.ReadAsync();
            Assert.That(echo.Opcode, Is.EqualTo(1));
            Assert.That(echo.Text == text, Is.True, $"{size} bytes of text");

            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            await _client.SendAsync(bytes);
            echo = await _client.ReadAsync();
            Assert.That(echo.Opcode, Is.EqualTo(2));
            Assert.That(echo.Payload.AsSpan().SequenceEqual(bytes), Is.True, $"{size} bytes");
        }
    }

    [Test]
    public async Task Many_messages_in_one_write_come_back_in_order()
    {
        const int Count = 1000;
        await _client.WriteRawAsync([.. Enumerable.Range(0, Count).SelectMany(i => RawWebSocket.Frame(1, Encoding.ASCII.GetBytes($"4{i}")))]);
        for (var i = 0; i < Count; i++)
            Assert.That((await _client.ReadAsync()).Text, Is.EqualTo($"4{i}"));
    }

    [Test]
    public async Task Fragments_are_put_together_with_a_ping_between()
    {
        await _client.WriteRawAsync(RawWebSocket.Frame(1, "4he"u8, final: false));
        await _client.WriteRawAsync(RawWebSocket.Frame(9, "in between"u8));
        await _client.WriteRawAsync(RawWebSocket.Frame(0, "l"u8, final: false));
        await _client.WriteRawAsync(RawWebSocket.Frame(0, "lo"u8));
        var pong = await _client.ReadAsync();
        Assert.That(pong.Opcode, Is.EqualTo(10));
        Assert.That(pong.Text, Is.EqualTo("in between"));
        Assert.That((await _client.ReadAsync()).Text, Is.EqualTo("4hello"));
    }

    [Test]
    public async Task Bytes_may_come_one_at_a_time()
    {
        foreach (var one in RawWebSocket.Frame(1, "4hello"u8))
            await _client.WriteRawAsync([one]);
        Assert.That((await _client.ReadAsync()).Text, Is.EqualTo("4hello"));
    }

    [Test]
    public async Task A_ping_frame_is_answered_with_its_payload_and_a_pong_frame_is_not_answered()
    {
        await _client.WriteRawAsync(RawWebSocket.Frame(10, "unasked"u8));
        await _client.WriteRawAsync(RawWebSocket.Frame(9, []));
        Assert.That((await _client.ReadAsync()).First, Is.EqualTo(0x8A));
    }

    [Test]
    public async Task A_close_by_the_server_follows_what_was_sent_and_waits_for_the_answer()
    {
        var session = _host.Session(_client.Sid);
        session.Send("last");
        session.Close();
        Assert.That((await _client.ReadAsync()).Text, Is.EqualTo("4last"));
        Assert.That((await _client.ReadAsync()).ToString(), Is.EqualTo("close 1000 forced close"));
        Assert.That(_host.SessionCount, Is.EqualTo(1));
        await _client.WriteRawAsync(RawWebSocket.CloseFrame(1000));
        Assert.That(await _client.TryReadAsync(), Is.Null);
        await AssertClosed(DisconnectReason.ForcedClose);
    }

    [TestCase((ushort)1000)]
    [TestCase((ushort)1001)]
    [TestCase((ushort)4000)]
    public async Task A_close_by_the_client_is_answered_and_the_connection_ends(int code)
    {
        await _client.SendAsync("4first");
        await _client.WriteRawAsync(RawWebSocket.CloseFrame((ushort)code, "bye"));
        Assert.That((await _client.ReadAsync()).Text, Is.EqualTo("4first"));
        Assert.That((await _client.ReadAsync()).CloseCode, Is.EqualTo(1000));
        Assert.That(await _client.TryReadAsync(), Is.Null);
        await AssertClosed(DisconnectReason.TransportClose);
    }

    [Test]
    public async Task A_close_frame_without_a_code_is_fine()
    {
        await _client.WriteRawAsync(RawWebSocket.Frame(8, []));
        Assert.That((await _client.ReadAsync()).CloseCode, Is.EqualTo(1000));
        await AssertClosed(DisconnectReason.TransportClose);
    }

    [Test]
    public async Task A_close_packet_closes_with_1000()
    {
        await _client.SendAsync("1");
        Assert.That((await _client.ReadAsync()).CloseCode, Is.EqualTo(1000));
        await _client.WriteRawAsync(RawWebSocket.CloseFrame(1000));
        await AssertClosed(DisconnectReason.TransportClose);
    }

    [Test]
    public async Task A_connection_that_breaks_is_a_transport_close([Values] bool reset)
    {
        if (reset)
            _client.Reset();
        else
            _client.HalfClose();
        await AssertClosed(DisconnectReason.TransportClose);
    }

    private static readonly object[] Faults =
    [
        new object[] { new byte[] { 0x81, 0x02, (byte)'4', (byte)'x' }, 1002, "the frame is not masked" },
        new object[] { new byte[] { 0xC1, 0x80, 1, 2, 3, 4 }, 1002, "reserved bits are set" },
        new object[] { new byte[] { 0x83, 0x80, 1, 2, 3, 4 }, 1002, "the opcode is reserved" },
        new object[] { RawWebSocket.Frame(0, "x"u8), 1002, "there is no message to continue" },
        new object[] { RawWebSocket.Frame(9, new byte[126]), 1002, "the control frame is too long" },
        new object[] { RawWebSocket.Frame(9, [], final: false), 1002, "the control frame is fragmented" },
        new object[] { RawWebSocket.CloseFrame(1005), 1002, "the close code is not allowed" },
        new object[] { RawWebSocket.Frame(1, [(byte)'4', 0xFF]), 1007, "the text is not UTF-8" },
        new object[] { RawWebSocket.Frame(2, new byte[100_001]), 1009, "the message is too big: 100001 bytes, 100000 are allowed" },
    ];

    [TestCaseSource(nameof(Faults))]
    public async Task A_broken_frame_is_answered_with_a_close_frame_and_its_code(byte[] bytes, int code, string reason)
    {
        await _client.SendAsync("4before");
        await _client.WriteRawAsync(bytes);
        Assert.That((await _client.ReadAsync()).Text, Is.EqualTo("4before"));
        Assert.That((await _client.ReadAsync()).ToString(), Is.EqualTo($"close {code} {reason}"));
        await AssertToldAndEnded(DisconnectReason.TransportError);
        var lines = _host.Log.Entries.Where(entry => entry.Message.Contains(reason, StringComparison.Ordinal));

        // the second is written when the session has been removed
        await Deadlines.Eventually(() => lines.Count() > 1);
        Assert.That(lines.Select(static line => line.Level), Is.EqualTo(new[] { LogLevel.Information, LogLevel.Debug }));
    }

    [TestCase("2", 1002, "invalid heartbeat direction", "transport error")]
    [TestCase("7what", 1002, "an unknown packet type", "parse error")]
    [TestCase("", 1002, "an empty packet", "parse error")]
    public async Task A_wrong_packet_is_answered_with_1002(string packet, int code, string description, string reason)
    {
        await _client.SendAsync(packet);
        Assert.That((await _client.ReadAsync()).ToString(), Is.EqualTo($"close {code} {description}"));
        await _client.WriteRawAsync(RawWebSocket.CloseFrame((ushort)code));
        Assert.That(await _client.TryReadAsync(), Is.Null);
        await _host.HasNoSessions();
        Assert.That(_host.App.Closed.Select(closed => closed.ToString()), Is.EqualTo(new[] { reason }));
    }

    [Test]
    public async Task A_message_that_is_too_big_is_answered_though_its_payload_keeps_coming()
    {
        var answer = _client.ReadAsync();
        var frame = RawWebSocket.Frame(2, new byte[20_000_000]);
        var sent = 0;
        try
        {
            for (; sent < frame.Length; sent += 100_000)
                await _client.WriteRawAsync(frame[sent..Math.Min(frame.Length, sent + 100_000)]);
        }
        catch (IOException)
        {
            // the server may hang up once the close frame was sent long enough ago
        }
        Assert.That((await answer.WithDeadline()).ToString(), Is.EqualTo("close 1009 the message is too big: 20000000 bytes, 100000 are allowed"));
        await AssertToldAndEnded(DisconnectReason.TransportError);
    }

    [Test]
    public async Task A_handler_that_throws_closes_with_1011([Values] bool atOnce)
    {
        _host.Log.Expect("The handler of session");
        _host.App.Message = async (_, _) =>
        {
            if (!atOnce)
                await Task.Yield();
            throw new InvalidOperationException("handler");
        };
        await _client.WriteRawAsync([.. RawWebSocket.Frame(1, "4x"u8), .. RawWebSocket.Frame(1, "4y"u8)]);
        Assert.That((await _client.ReadAsync()).CloseCode, Is.EqualTo(1011));
        await _client.WriteRawAsync(RawWebSocket.CloseFrame(1011));
        Assert.That(await _client.TryReadAsync(), Is.Null);
        await AssertClosed(DisconnectReason.ForcedClose);
    }

    [Test]
    public async Task The_next_message_waits_for_the_handler()
    {
        var messages = new List<string>();
        var done = new TaskCompletionSource();
        _host.App.Message = async (_, text) =>
        {
            messages.Add(text);
            await done.Task;
        };
        await _client.WriteRawAsync([.. RawWebSocket.Frame(1, "4one"u8), .. RawWebSocket.Frame(1, "4two"u8)]);
        await Deadlines.Eventually(() => messages.Count == 1);
        _host.Session(_client.Sid).Send("meanwhile");
        Assert.That((await _client.ReadAsync()).Text, Is.EqualTo("4meanwhile"));
        Assert.That(messages, Has.Count.EqualTo(1));
        done.SetResult();
        await Deadlines.Eventually(() => messages.Count == 2);
    }

    [TestCase("bAQID", "010203")]
    [TestCase("b", "")]
    [TestCase("bAQ ID=more", "010203")]
    public async Task A_binary_message_may_come_as_base64(string packet, string bytes)
    {
        await _client.SendAsync(packet);
        var echo = await _client.ReadAsync();
        Assert.That(echo.Opcode, Is.EqualTo(2));
        Assert.That(Convert.ToHexString(echo.Payload), Is.EqualTo(bytes));
    }

    [Test]
    public async Task What_comes_together_with_the_request_is_answered_behind_the_101_and_the_open_packet([Range(1, 20)] int _)
    {
        byte[] early = [.. RawWebSocket.Frame(1, "4early"u8), .. RawWebSocket.Frame(1, "3"u8), .. RawWebSocket.Frame(10, []), .. RawWebSocket.Frame(1, "4too"u8)];
        using var eager = await RawWebSocket.ConnectAsync(_host.Address, "/engine.io/?EIO=4&transport=websocket", early: early);
        Assert.That(eager.Status, Is.EqualTo(101));
        Assert.That((await eager.ReadAsync()).Text, Does.StartWith("0{"));
        Assert.That((await eager.ReadAsync()).Text, Is.EqualTo("4early"));
        Assert.That((await eager.ReadAsync()).Text, Is.EqualTo("4too"));
    }

    [Test]
    public async Task An_upgrade_whose_packets_come_together_with_the_request_is_answered_behind_the_101([Range(1, 20)] int _)
    {
        using var polling = await RawPolling.OpenAsync(_host.Address);
        byte[] early = [.. RawWebSocket.Frame(1, "2probe"u8), .. RawWebSocket.Frame(1, "5"u8), .. RawWebSocket.Frame(1, "4early"u8)];
        using var eager = await RawWebSocket.ConnectAsync(_host.Address, polling.Target("EIO=4&transport=websocket"), early: early);
        Assert.That(eager.Status, Is.EqualTo(101));
        Assert.That((await eager.ReadAsync()).Text, Is.EqualTo("3probe"));
        Assert.That((await eager.ReadAsync()).Text, Is.EqualTo("4early"));
    }

    [Test]
    public async Task What_is_sent_without_a_pause_arrives_whole_and_in_order_whether_or_not_pings_are_answered([Values] bool answersPings)
    {
        const int Count = 20_000;
        _client.AnswersPings = answersPings;
        var session = _host.Session(_client.Sid);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                session.Send($"{i}");
                if (i % 7 == 0)
                    await Task.Yield();
            }
        });
        for (var i = 0; i < Count;)
        {
            if (await _client.ReadAsync() is { Opcode: 1 } frame)
                Assert.That(frame.Text, Is.EqualTo($"4{i++}"));
        }
        await sending.WithDeadline();
    }

    private async Task AssertClosed(DisconnectReason reason)
    {
        // the application is told behind the session's end
        await _host.HasNoSessions();
        await Deadlines.Eventually(() => _host.App.Closed.Length > 0);
        Assert.That(_host.App.Closed, Is.EqualTo(new[] { reason }));
    }

    private async Task AssertToldAndEnded(DisconnectReason reason)
    {
        Assert.That(_host.App.Closed, Is.EqualTo(new[] { reason }));
        _client.Dispose();
        await _host.HasNoSessions();
    }
}
