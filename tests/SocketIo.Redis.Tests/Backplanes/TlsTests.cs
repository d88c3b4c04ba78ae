using System.Security.Cryptography.X509Certificates;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Redis that listens with TLS. All connections go there: those of the library and those of our own.</summary>
[TestFixtureSource(typeof(Kind), nameof(Kind.Main))]
[NonParallelizable] // many processes: those beside it would be taken for hung
public class TlsTests(Kind kind)
{
    private TlsFiles _files = null!;
    private RedisServer _redis = null!;
    private int _port;

    [SetUp]
    public async Task StartAsync()
    {
        _files = new TlsFiles();
        _port = FreePorts.Take(1)[0];
        _redis = await RedisServer.StartAsync([.. _files.Redis(_port), "appendonly yes", "requirepass secret"]);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _redis.DisposeAsync();
        _files.Dispose();
    }

    private string Secure => $"127.0.0.1:{_port},ssl=true,password=secret,connectTimeout=1000";

    [Test]
    public async Task Messages_and_entries_arrive_also_after_Redis_was_killed()
    {
        await using var one = await StartAsync(Trust);
        await using var two = await StartAsync(Trust);
        one.Log.Expect("Redis is away");
        two.Log.Expect("Redis is away");
        await TalkAsync(one, two);
        await _redis.RestartAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await Task.WhenAll(one.BackAsync(), two.BackAsync());
        await TalkAsync(one, two);
        if (one.Link.Log is { } log)
            await Deadlines.Eventually(() => log.GetNewestAsync(default).AsTask().GetAwaiter().GetResult() != "0-0");
        Assert.That((await _redis.RunAsync("-a", "secret", "CLIENT", "LIST")).Split('\n').Count(IsPlain), Is.EqualTo(1), "redis-cli");
    }

    [Test]
    public async Task What_an_application_says_by_an_object_is_used()
    {
        var options = ConfigurationOptions.Parse(Secure);
        options.TrustIssuer(_files.Authority);
        options.CheckCertificateRevocation = false;
        await using var one = await StartAsync(Use);
        await using var two = await StartAsync(Use);
        await TalkAsync(one, two);

        void Use(RedisConnectionOptions used)
        {
            (used.Configuration, used.ConnectionOptions) = (null, options);
            Trust(used);
        }
    }

    [Test]
    public async Task A_certificate_that_nobody_trusts_is_refused_and_nothing_is_sent_there()
    {
        var node = await StartAsync(static _ => { });
        node.Log.Expect("Redis is away");
        Assert.That(node.Backplane.State.IsConnected, Is.False);
        await node.DisposeAsync();
    }

    [Test]
    public async Task A_certificate_of_the_client_is_shown_where_Redis_asks_for_it()
    {
        await _redis.DisposeAsync();
        _redis = await RedisServer.StartAsync([.. _files.Redis(_port, asksClients: true), "requirepass secret"]);
        var stranger = await StartAsync(Trust);
        stranger.Log.Expect("Redis is away");
        Assert.That(stranger.Backplane.State.IsConnected, Is.False);
        await stranger.DisposeAsync();
        await using var one = await StartAsync(Show);
        await using var two = await StartAsync(Show);
        await TalkAsync(one, two);

        void Show(RedisConnectionOptions options)
        {
            Trust(options);
            options.ConfigureTls += tls => tls.ClientCertificates = [_files.Client];
        }
    }

    private static async Task TalkAsync(Node one, Node two)
    {
        await two.Link.OpenRoomAsync("room").AsTask().WithDeadline();
        await one.SendAsync(one.Event(number: 1), one.Event(["room"], 2));
        await two.SendAsync(two.Event(number: 3));
        Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(1));
        Assert.That(Node.Number(await two.Receiver.NextAsync()), Is.EqualTo(2));
        Assert.That(Node.Number(await one.Receiver.NextAsync()), Is.EqualTo(3));
        var members = await one.Link.GetMembersAsync([two.Backplane.NodeId], default);
        Assert.That((members.Count, members.Connected.Count), Is.EqualTo((2, 1)));
    }

    private Task<Node> StartAsync(Action<RedisConnectionOptions> configure) => Node.StartAsync(kind, Secure, configure: configure);

    private void Trust(RedisConnectionOptions options) => options.ConfigureTls = tls => tls.CertificateChainPolicy = new X509ChainPolicy
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { _files.Authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    // laddr=127.0.0.1:PORT
    private bool IsPlain(string client) => client.Contains($" laddr=127.0.0.1:{_redis.Port} ", StringComparison.Ordinal);
}
