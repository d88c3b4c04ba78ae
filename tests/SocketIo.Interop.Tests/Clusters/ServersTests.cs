using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SocketIo.Engine;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>
/// Two servers of ours on each backplane, as one line adds it, with stock clients: without recovery and with it, where events come by a
/// log. One server speaks JSON with its clients, the other MessagePack.
/// </summary>
[TestFixture("classic", false)]
[TestFixture("classic", true)]
[TestFixture("sharded-dynamic", false)]
[TestFixture("streams", false)]
[TestFixture("streams", true)]
[TestFixture("streams-4", false)]
[TestFixture("streams-4", true)]
[TestFixture("postgres", false)]
[TestFixture("postgres", true)]
[Parallelizable]
public class ServersTests(string name, bool recovers)
{
    private static readonly string[] Malformed =
    [
        "", "x", "{", "[]", "{}", "null", "\u00c1\u0000", "{\"type\":3}", "{\"type\":\"3\",\"uid\":1,\"nsp\":[]}",
        """{"type":3,"data":{"packet":{"type":2,"data":"no array"},"opts":{}},"uid":"peer","nsp":"/"}""",
        """{"type":3,"data":{"packet":{"type":2,"data":[{"no":"name"}]},"opts":{}},"uid":"peer","nsp":"/"}""",
        """{"type":3,"data":{"packet":{"type":2,"data":["ev",""" + new string('[', 5_000) + new string(']', 5_000) + """]},"opts":{}},"uid":"peer","nsp":"/"}""",
        """{"type":3,"data":{"packet":{"type":2,"data":["disconnect"]},"opts":{}},"uid":"peer","nsp":"/"}""",
        """{"type":3,"data":{"packet":{"type":2,"data":["ev"]},"opts":{"rooms":[{"a":1}]}},"uid":"peer","nsp":"/"}""",
        """{"type":8,"data":{"sockets":[{"noId":1}]},"uid":"peer","nsp":"/"}""",
        """{"type":12,"data":{},"uid":"peer","nsp":"/"}""",
    ];

    private readonly Kind _kind = new(name);
    private string _prefix = null!;
    private TestServer _one = null!;
    private TestServer _two = null!;
    private NodeClient _ann = null!;
    private NodeClient _bob = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _prefix = _kind.NewPrefix();
        _one = await StartServerAsync();
        _two = await StartServerAsync(static builder => builder.AddMessagePack());

        // of a peer that a test plays
        foreach (var server in new[] { _one, _two })
            server.Log.Expect("from a node that keeps none");
        _ann = await OpenAsync(_one);
        _bob = await OpenAsync(_two, new { transports = new[] { "websocket" }, parser = "msgpack" });
        foreach (var server in new[] { _one, _two })
        {
            while (await server.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 2 })
                await Task.Delay(10);
        }
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _ann.DisposeAsync();
        await _bob.DisposeAsync();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Test]
    public async Task Ten_thousand_events_arrive_each_once_and_in_order_at_the_clients_of_both()
    {
        const int Count = 10_000;
        for (var i = 0; i < Count; i++)
            await (i % 3 == 0 ? _two.Io.To("both") : ((IBroadcaster)_two.Io).Broadcast).EmitAsync("n", i);
        foreach (var client in new[] { _ann, _bob })
        {
            await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "n") >= Count, deadline: TimeSpan.FromMinutes(1));
            Assert.That(client.Events.Where(static one => one.Name == "n").Select(static one => one.Args[0].GetInt32()), Is.EqualTo(Enumerable.Range(0, Count)));
        }
    }

    [Test]
    public async Task A_megabyte_arrives_as_text_and_as_bytes_by_either_parser()
    {
        foreach (var server in new[] { _one, _two })
        {
            await server.Io.EmitAsync("large", new string('x', 1_000_000), new byte[1_000_000]);
            foreach (var client in new[] { _ann, _bob })
            {
                var args = (await client.NextEventAsync("large")).Args;
                Assert.That(args[0].GetString(), Has.Length.EqualTo(1_000_000));
                Assert.That(args[1].GetBinary(), Has.Length.EqualTo(1_000_000));
            }
        }
    }

    [Test]
    public async Task Values_are_the_same_by_either_parser_and_acknowledgements_too()
    {
        await _ann.OnAckEchoAsync("echo");
        await _bob.OnAckEchoAsync("echo");
        foreach (var server in new[] { _one, _two })
        {
            await server.Io.EmitAsync("ev", ["text \u00fc \ud83d\ude00", 1.5, -7, true, null, new { a = new byte[] { 1, 2 }, b = new[] { 1, 2 } }]);
            foreach (var client in new[] { _ann, _bob })
            {
                var args = (await client.NextEventAsync("ev")).Args;
                Assert.That(JsonSerializer.Serialize(args.Take(6)), Is.EqualTo(
                    JsonSerializer.Serialize(JsonElement.Parse("""["text ü 😀",1.5,-7,true,null,{"a":{"$b64":"AQI="},"b":[1,2]}]"""))));
            }
            var answers = await server.Io.EmitWithAckAsync<byte[]>("echo", new byte[] { 9 });
            Assert.That(answers.IsComplete);
            Assert.That(answers.Values, Is.EqualTo(new[] { new byte[] { 9 }, [9] }));
        }
    }

    [Test]
    public async Task A_join_that_is_followed_at_once_by_a_broadcast_misses_nobody_and_a_leave_spares_who_left()
    {
        for (var i = 0; i < 20; i++)
        {
            _ = _one.Io.SocketsJoinAsync($"room {i}").AsTask();
            await _one.Io.To($"room {i}").EmitAsync("in", i);
            _ = _one.Io.To("bob").SocketsLeaveAsync($"room {i}").AsTask();
            await _one.Io.To($"room {i}").EmitAsync("out", i);
        }
        await _one.Io.EmitAsync("end");
        foreach (var client in new[] { _ann, _bob })
        {
            await client.NextEventAsync("end");
            var expected = Enumerable.Range(0, 20).SelectMany(i => client == _bob ? new[] { $"in {i}" } : [$"in {i}", $"out {i}"]);
            Assert.That(client.Events.Where(static one => one.Name is "in" or "out").Select(static one => $"{one.Name} {one.Args[0]}"), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Who_does_not_acknowledge_is_counted_and_named()
    {
        await _ann.OnAckEchoAsync("echo");
        await _bob.OnAckNeverAsync("echo");
        var results = await _one.Io.Timeout(TimeSpan.FromMilliseconds(500)).EmitWithAckAsync<int>("echo", 7);
        Assert.That(results.Values, Is.EqualTo(new[] { 7 }));
        Assert.That(results.Missing, Is.EqualTo(new[] { (await _bob.GetStateAsync()).Id }));
        Assert.That((results.IsComplete, results.MissingCount, results.MissingServers.None), Is.EqualTo((false, 1, true)));

        // who leaves meanwhile is not waited for
        var asked = _one.Io.Timeout(TimeSpan.FromMinutes(5)).EmitWithAckAsync<int>("echo", 8);
        while ((await _bob.NextEventAsync("echo")).Args[0].GetInt32() != 8)
        {
            // of the question before
        }
        await _bob.DisconnectAsync();
        Assert.That((await asked.WithDeadline()).MissingCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Whether_a_message_is_compressed_is_told_to_other_servers()
    {
        using var raw = await RawWebSocket.ConnectAsync(
            _one.Address, "/socket.io/?EIO=4&transport=websocket", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
        await raw.ReadAsync();
        await raw.SendAsync("40");
        while (await _two.Io.FetchSocketsAsync() is not { Count: 3 })
            await Task.Delay(10);
        var text = new string('x', 2_000);
        foreach (var compress in new[] { true, false, true })
        {
            await _two.Io.Compress(compress).EmitAsync("long", text);
            RawFrame frame;
            do
                frame = await raw.ReadAsync();
            while (frame.Payload.Length < 1_000 && (frame.First & 0x40) == 0);
            Assert.That((frame.First & 0x40) != 0, Is.EqualTo(compress));
        }
    }

    [Test]
    public async Task What_cannot_be_read_of_a_peer_is_told_and_disturbs_nothing()
    {
        _one.Log.Expect("messages of other servers could not be read");
        _two.Log.Expect("messages of other servers could not be read");
        var sent = 0;
        for (var round = 0; round < 3; round++)
        {
            foreach (var text in Malformed)
            {
                if (await SendAsPeerAsync(Encoding.UTF8.GetBytes(text)))
                    sent++;
            }
            foreach (var bytes in MalformedBytes())
            {
                if (await SendAsPeerAsync(bytes))
                    sent++;
            }
            await _one.Io.EmitAsync("round", round);
            foreach (var client in new[] { _ann, _bob })
                Assert.That((await client.NextEventAsync("round")).Args[0].GetInt32(), Is.EqualTo(round));
        }
        await Deadlines.Eventually(() => Told(_one).Length > 0 && Told(_two).Length > 0);
        Assert.That(Told(_one), Has.Length.LessThan(sent / 3), "not a line for each");
        foreach (var client in new[] { _ann, _bob })
            Assert.That(client.Events.Where(static one => !one.IsLifecycle).Select(static one => one.Name), Is.EqualTo(new[] { "round", "round", "round" }));
        Assert.That(await _one.Io.FetchSocketsAsync(), Has.Count.EqualTo(2));

        static LogEntry[] Told(TestServer server) => [.. server.Log.Entries.Where(static entry => entry.Id == 204)];
    }

    [Test]
    public async Task Rooms_and_ids_of_a_peer_may_be_numbers_and_its_texts_half_surrogates()
    {
        // classic nodes have channels beside that of broadcasts, where such a message is none
        _one.Log.Expect("messages of other servers could not be read");
        _two.Log.Expect("messages of other servers could not be read");
        await _one.Io.To("ann").SocketsJoinAsync("7");
        await SendAsPeerAsync(Encoding.UTF8.GetBytes(
            """{"type":3,"data":{"packet":{"type":2,"data":["num",1]},"opts":{"rooms":[7],"except":[],"flags":{}}},"uid":"peer","nsp":"/"}"""));
        await SendAsPeerAsync(Encoding.UTF8.GetBytes(
            """{"type":3,"data":{"packet":{"type":2,"data":["half","\ud83d"]},"opts":{"rooms":[],"except":["bob"],"flags":{}}},"uid":"peer","nsp":"/"}"""));
        await _ann.NextEventAsync("num");
        await _ann.NextEventAsync("half");
        await _one.Io.EmitAsync("end");
        await _bob.NextEventAsync("end");
        Assert.That(_bob.Events.Where(static one => !one.IsLifecycle).Select(static one => one.Name), Is.EqualTo(new[] { "end" }));
    }

    // lengths that are not there, and depth
    private static IEnumerable<byte[]> MalformedBytes()
    {
        yield return [0xdd, 0xff, 0xff, 0xff, 0xff];
        yield return [0x93, 0xc6, 0xff, 0xff, 0xff, 0xff, 1];
        yield return [0xdf, 0x7f, 0xff, 0xff, 0xff, 0xa1];
        yield return [.. Enumerable.Repeat((byte)0x91, 100_000)];
        yield return [0x93, 0xa1, 0xff, 0xc0, 0xc0];
        yield return [0xc1];
        yield return [(byte)'{', (byte)'"', 0xff, 0xfe, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
    }

    // False when the service itself does not take it.
    private async Task<bool> SendAsPeerAsync(byte[] message)
    {
        if (_kind.IsPostgres)
            return await NotifyAsync(message);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Services.Redis.Endpoint);
        if (name == "classic")
        {
            // broadcasts have a form of their own there
            if (Encoding.UTF8.GetString(message) is ['{', .., '}'] text && text.Contains("\"num\"", StringComparison.Ordinal) | text.Contains("\"half\"", StringComparison.Ordinal))
                message = ToClassic(JsonElement.Parse(message));
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal($"{_prefix}#/#"), message);
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal($"{_prefix}-request#/#"), message);
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal($"{_prefix}-response#/#"), message);
        }
        else if (name.StartsWith("streams", StringComparison.Ordinal))
        {
            var text = Encoding.UTF8.GetString(message);
            var data = text is ['{', .., '}'] && TryGetData(message, out var type) is { } inner ? inner : text;
            if (text.Contains("\"num\"", StringComparison.Ordinal) || text.Contains("\"half\"", StringComparison.Ordinal) || text.Length % 2 == 0)
                await redis.GetDatabase().StreamAddAsync(name == "streams-4" ? $"{_prefix}-3" : _prefix, [new("uid", "peer"), new("nsp", "/"), new("type", "3"), new("data", data)]);
            else
                await redis.GetSubscriber().PublishAsync(RedisChannel.Literal($"{_prefix}#/#"), message);
        }
        else
        {
            await redis.GetSubscriber().PublishAsync(RedisChannel.Sharded($"{_prefix}#/#"), message);
        }
        return true;
    }

    private static string? TryGetData(byte[] message, out string type)
    {
        type = "3";
        try
        {
            return JsonElement.Parse(message).TryGetProperty("data", out var data) ? data.GetRawText() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<bool> NotifyAsync(byte[] message)
    {
        // PostgreSQL sends no more than 8,000 bytes, and no NUL
        if (message.Length is 0 or >= 8_000 || message.Contains((byte)0))
            return false;
        await using var connection = new NpgsqlConnection(Services.Postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection)
        {
            Parameters = { new() { Value = $"{_prefix}#/" }, new() { Value = Encoding.UTF8.GetString(message) } },
        };
        await command.ExecuteScalarAsync();
        return true;
    }

    // [uid, packet, opts]; the texts and numbers are all short
    private static byte[] ToClassic(JsonElement message)
    {
        using var bytes = new MemoryStream();
        var data = message.GetProperty("data");
        bytes.Write([0x93, 0xa4, .. "peer"u8]);
        Write(data.GetProperty("packet"));
        Write(data.GetProperty("opts"));
        return bytes.ToArray();

        void Write(JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    bytes.WriteByte((byte)(0x80 + value.GetPropertyCount()));
                    foreach (var property in value.EnumerateObject())
                    {
                        bytes.WriteByte((byte)(0xa0 + property.Name.Length));
                        bytes.Write(Encoding.ASCII.GetBytes(property.Name));
                        Write(property.Value);
                    }
                    break;
                case JsonValueKind.Array:
                    bytes.WriteByte((byte)(0x90 + value.GetArrayLength()));
                    foreach (var item in value.EnumerateArray())
                        Write(item);
                    break;
                case JsonValueKind.Number:
                    bytes.WriteByte((byte)value.GetInt32());
                    break;
                default:
                    var text = value.GetRawText() is "\"\\ud83d\"" ? [0xed, 0xa0, 0xbd] : Encoding.UTF8.GetBytes(value.GetString()!);
                    bytes.WriteByte((byte)(0xa0 + text.Length));
                    bytes.Write(text);
                    break;
            }
        }
    }

    private Task<TestServer> StartServerAsync(Func<SocketIoBuilder, SocketIoBuilder>? add = null) => TestServer.StartSocketIoAsync(
        static io => io.OnConnection(static async socket =>
        {
            await socket.JoinAsync("both", (string?)socket.Handshake.Query["user"] ?? "bob");
        }),
        options =>
        {
            options.PerMessageDeflate = new PerMessageDeflateOptions();
            options.MaxQueuedBytes = 64 * 1024 * 1024;
            if (recovers)
                options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions();
        },
        builder =>
        {
            var io = _kind.Add(builder.Services.AddSocketIo(), _prefix);
            if (recovers && _kind.IsPostgres)
                builder.Services.Configure<PostgresOptions>(options => (options.Recovery, options.LogTable) = (true, $"log_{_prefix}"));
            add?.Invoke(io);
        });

    private static async Task<NodeClient> OpenAsync(TestServer server, object? options = null)
    {
        var client = await Services.Clients.OpenAsync(
            server.Address.ToString(), options ?? new { transports = new[] { "websocket" }, query = new { user = "ann" } });
        await client.ConnectedAsync();
        return client;
    }
}
