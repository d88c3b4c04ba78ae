using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Resp;

/// <summary>A connection with a server that says what the test says.</summary>
public class RespConnectionTests
{
    private const string Pong = "+PONG\r\n";
    private const string Id = ":7\r\n";
    private const string Info = "$12\r\nrun_id:abc\r\n\r\n";

    private ScriptedServer _server = null!;

    [SetUp]
    public void Start() => _server = new ScriptedServer();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task The_greeting_has_the_user_the_password_the_database_and_the_name()
    {
        var opening = RedisNode.OpenAsync(
            _server.Endpoint with { User = "ann", Password = "secret", Database = 3, ClientName = "me" }, null, TimeProvider.System, default);
        await _server.AcceptAsync("+OK\r\n", "+OK\r\n", Pong, "+OK\r\n", Id, Info);
        await using var node = await opening.WithDeadline();
        var words = _server.Greeting.Split("\r\n").Where(line => line is [not ('*' or '$'), ..]);
        Assert.That(string.Join(' ', words), Is.EqualTo("AUTH ann secret SELECT 3 PING CLIENT SETNAME me CLIENT ID INFO"));
        Assert.That(node.Connection.Identity, Is.EqualTo(new RespIdentity(7, new RespServerInfo { Run = "abc" })));
    }

    [Test]
    public async Task A_wrong_password_is_told_and_what_only_some_users_may_is_done_without()
    {
        var opening = RedisNode.OpenAsync(_server.Endpoint with { Password = "secret" }, null, TimeProvider.System, default);
        await _server.AcceptAsync("-WRONGPASS invalid username-password pair\r\n", "-NOAUTH\r\n", "-NOAUTH\r\n", "-NOAUTH\r\n");
        Assert.That(async () => await opening.WithDeadline(), Throws.TypeOf<RespException>().With.Message.Contains("WRONGPASS"));

        var second = RedisNode.OpenAsync(_server.Endpoint, null, TimeProvider.System, default);
        await _server.AcceptAsync(Pong, "-NOPERM\r\n", "-NOPERM\r\n");
        await using var node = await second.WithDeadline();
        Assert.That(node.Connection.Identity, Is.EqualTo(default(RespIdentity)));
    }

    [Test]
    public async Task A_server_that_does_not_answer_the_greeting_is_given_up()
    {
        var opening = RedisNode.OpenAsync(_server.Endpoint with { Timeout = TimeSpan.FromMilliseconds(100) }, null, TimeProvider.System, default);
        Assert.That(async () => await opening.WithDeadline(), Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public async Task Replies_belong_to_commands_in_their_order_and_errors_to_theirs()
    {
        await using var node = await ConnectAsync();
        var first = new CommandBatch(Commands("A", "B", "C"));
        var second = new CommandBatch(Commands("D"));
        var sent = (node.SendAsync(first), node.SendAsync(second));
        await _server.SayAsync(":1\r\n-ERR b\r\n:1\r\n");
        await sent.Item1.WithDeadline();
        Assert.That(second.Done.IsCompleted, Is.False);
        Assert.That(first.Refusals.Single().Index, Is.EqualTo(1));
        await _server.SayAsync("-MOVED 5 other:1\r\n");
        await sent.Item2.WithDeadline();
        Assert.That(second.Refusals.Single().Reason.Code, Is.EqualTo("MOVED"));
    }

    [TestCase("nonsense\r\n", typeof(RespFormatException))]
    [TestCase("*99999999\r\n", typeof(RespFormatException))]
    [TestCase(":1\r\n:2\r\n", typeof(RespFormatException))]
    public async Task A_server_that_breaks_the_rules_is_disconnected_and_what_waits_fails(string reply, Type failure)
    {
        await using var node = await ConnectAsync();
        var answered = node.SendAsync(new CommandBatch(Commands("A")));
        await _server.SayAsync(reply);
        await Deadlines.Eventually(() => node.Connection.Failure is not null);
        Assert.That(node.Connection.Failure, Is.TypeOf(failure));
        Assert.That(async () => await node.SendAsync(new CommandBatch(Commands("B"))).WithDeadline(), Throws.TypeOf(failure));
        if (reply[0] != ':')
            Assert.That(async () => await answered.WithDeadline(), Throws.TypeOf(failure));
    }

    [Test]
    public async Task A_connection_that_ends_fails_what_waits()
    {
        await using var node = await ConnectAsync();
        var answered = node.SendAsync(new CommandBatch(Commands("A")));
        await _server.DisposeAsync();
        Assert.That(async () => await answered.WithDeadline(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Messages_come_in_their_order_whatever_way_they_are_subscribed_to()
    {
        await using var subscriber = await SubscribeAsync();
        var log = new Log();
        var subscribed = Task.WhenAll(
            subscriber.SubscribeAsync(ChannelKind.Channel, "a"u8.ToArray(), log),
            subscriber.SubscribeAsync(ChannelKind.Pattern, "p*"u8.ToArray(), log),
            subscriber.SubscribeAsync(ChannelKind.Sharded, "s"u8.ToArray(), log));
        await _server.SayAsync("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$10\r\npsubscribe\r\n$2\r\np*\r\n:2\r\n");
        await _server.SayAsync("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n1\r\n*3\r\n$10\r\nssubscribe\r\n$1\r\ns\r\n:1\r\n");
        await subscribed.WithDeadline();
        await _server.SayAsync("*4\r\n$8\r\npmessage\r\n$2\r\np*\r\n$2\r\npx\r\n$1\r\n2\r\n*3\r\n$8\r\nsmessage\r\n$1\r\ns\r\n$1\r\n3\r\n");
        await _server.SayAsync("*2\r\n$4\r\npong\r\n$0\r\n\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n4\r\n");
        // RESP3 has another type for it, nobody's channel is nobody's
        await _server.SayAsync(">3\r\n$7\r\nmessage\r\n$1\r\nz\r\n$1\r\n0\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n5\r\n");
        await Deadlines.Eventually(() => log.Count == 5);
        Assert.That(log.ToString(), Is.EqualTo("a=1 px=2 s=3 a=4 a=5"));
    }

    [Test]
    public async Task A_refused_subscription_fails_and_the_others_do_not()
    {
        await using var subscriber = await SubscribeAsync();
        var first = subscriber.SubscribeAsync(ChannelKind.Sharded, "a"u8.ToArray(), new Log());
        var second = subscriber.SubscribeAsync(ChannelKind.Channel, "b"u8.ToArray(), new Log());
        await _server.SayAsync("-MOVED 15495 127.0.0.1:7002\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:1\r\n");
        await second.WithDeadline();
        Assert.That(async () => await first.WithDeadline(), Throws.TypeOf<RespException>());
    }

    [Test]
    public async Task A_channel_that_the_server_gives_away_is_told()
    {
        var moved = new TaskCompletionSource<string>();
        await using var subscriber = await SubscribeAsync((channel, _) => moved.SetResult(Encoding.ASCII.GetString(channel)));
        var subscribed = subscriber.SubscribeAsync(ChannelKind.Sharded, "a"u8.ToArray(), new Log());
        await _server.SayAsync("*3\r\n$10\r\nssubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$12\r\nsunsubscribe\r\n$1\r\na\r\n:0\r\n");
        await subscribed.WithDeadline();
        Assert.That(await moved.Task.WithDeadline(), Is.EqualTo("a"));
    }

    [TestCase("*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n")]
    [TestCase("*2\r\n$5\r\nother\r\n$1\r\nx\r\n")]
    [TestCase("*1\r\n:1\r\n")]
    [TestCase("*0\r\n")]
    public async Task A_message_of_no_known_form_ends_the_connection(string message)
    {
        await using var subscriber = await SubscribeAsync();
        await _server.SayAsync(message);
        await Deadlines.Eventually(() => subscriber.Connection.Failure is RespFormatException);
    }

    [Test]
    public async Task Tls_is_used_as_it_is_configured()
    {
        using var certificate = MakeCertificate();
        await using var server = new ScriptedServer(certificate);
        var port = ((IPEndPoint)server.Endpoint.Address).Port;
        var servers = new RedisOptions
        {
            Configuration = $"127.0.0.1:{port},ssl=true,sslHost=redis.test,password=secret",
            ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, given, _, _) => given!.GetCertHashString() == certificate.Thumbprint,
        };
        var endpoint = RedisServers.Describe(server.Endpoint.Address, StackExchange.Redis.ConfigurationOptions.Parse(servers.Configuration), servers, 0);
        Assert.That(endpoint.Tls!.TargetHost, Is.EqualTo("redis.test"));
        var opening = RedisNode.OpenAsync(endpoint, null, TimeProvider.System, default);
        await server.AcceptAsync("+OK\r\n", Pong, Id, Info);
        await (await opening.WithDeadline()).DisposeAsync();
    }

    private async Task<RedisNode> ConnectAsync()
    {
        var opening = RedisNode.OpenAsync(_server.Endpoint, null, TimeProvider.System, default);
        await _server.AcceptAsync(Pong, Id, Info);
        return await opening.WithDeadline();
    }

    private async Task<RespSubscriber> SubscribeAsync(Action<byte[], IChannelHandler>? moved = null)
    {
        var opening = RespSubscriber.OpenAsync(_server.Endpoint, moved ?? ((_, _) => { }), TimeProvider.System, default);
        await _server.AcceptAsync(Pong, Id, Info);
        return await opening.WithDeadline();
    }

    private static RespWriter Commands(params string[] names)
    {
        var writer = new RespWriter();
        foreach (var name in names)
            writer.Command(name);
        return writer;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=redis.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class Log : IChannelHandler
    {
        private readonly List<string> _messages = [];

        public int Count
        {
            get
            {
                lock (_messages)
                    return _messages.Count;
            }
        }

        public void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
        {
            lock (_messages)
                _messages.Add($"{Encoding.ASCII.GetString(channel)}={Encoding.ASCII.GetString(payload)}");
        }

        public override string ToString()
        {
            lock (_messages)
                return string.Join(' ', _messages);
        }
    }
}
