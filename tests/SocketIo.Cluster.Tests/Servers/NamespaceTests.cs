using System.Text;
using System.Text.Json;
using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>Namespaces that not all servers know, rooms with channels of their own, and what servers believe of each other.</summary>
public sealed class NamespaceTests
{
    [Test]
    public async Task A_dynamic_namespace_works_across_servers_that_get_to_know_it_one_after_the_other()
    {
        await using var servers = await ServerCluster.StartAsync(2, static io => io.OfPattern("/tenant-{id}").OnServerEvent("who", static () => "here"));
        var (ann, _) = await servers.ConnectAsync(0, "/tenant-1");
        Assert.That((await servers[0].Io.Of("/tenant-1").FetchSocketsAsync()).Single().Id, Is.EqualTo((await ann.GetStateAsync()).Id));
        var (bob, _) = await servers.ConnectAsync(1, "/tenant-1");
        await servers[1].Io.Of("/tenant-1").EmitAsync("hello");
        await ann.NextEventAsync("hello");
        await bob.NextEventAsync("hello");
        Assert.That(await servers[0].Io.Of("/tenant-1").ServerSideEmitWithAckAsync<string>("who"), Is.EqualTo(new[] { "here" }));
        Assert.That(await servers[0].Io.ServerSideEmitWithAckAsync<string>("who"), Is.Empty);
    }

    [Test]
    public async Task A_namespace_that_was_removed_and_made_again_is_a_member_again()
    {
        await using var servers = await ServerCluster.StartAsync(
            2, static io => io.OfPattern("/tenant-{id}"), options: static options => options.CleanupEmptyChildNamespaces = true);
        var (ann, _) = await servers.ConnectAsync(0, "/tenant-1");
        for (var i = 0; i < 5; i++)
        {
            var (bob, _) = await servers.ConnectAsync(1, "/tenant-1");
            await servers[0].Io.Of("/tenant-1").EmitAsync("round", i);
            Assert.That((await bob.NextEventAsync("round")).Args[0].GetInt32(), Is.EqualTo(i));
            await servers[1].Io.Of("/tenant-1").EmitAsync("back", i);
            Assert.That((await ann.NextEventAsync("back")).Args[0].GetInt32(), Is.EqualTo(i));
            await bob.DisconnectAsync();
            await Deadlines.Eventually(() => servers[1].Io.AllNamespaces.All(found => found.Sockets.Count == 0));
        }
    }

    [Test]
    public async Task A_client_that_has_joined_a_room_gets_what_other_servers_send_to_it_though_its_channel_takes_time_to_open()
    {
        await using var servers = await ServerCluster.StartAsync(
            2, static io => io.On("room", static async (Socket socket, string room) => await socket.JoinAsync(room)),
            new InMemoryClusterOptions { ReceiveByRoom = true, Faults = new InMemoryFaults { MaxOpenRoomDelay = TimeSpan.FromMilliseconds(100) } });
        var (bob, bobSocket) = await servers.ConnectAsync(1);
        await servers[0].Io.To(bobSocket.Id).EmitAsync("own");
        await bob.NextEventAsync("own");
        for (var i = 0; i < 10; i++)
        {
            await bob.EmitWithAckAsync("room", $"room {i}");
            await servers[0].Io.To($"room {i}").EmitAsync("in", i);
            Assert.That((await bob.NextEventAsync("in")).Args[0].GetInt32(), Is.EqualTo(i));
        }
    }

    [Test]
    public async Task Headers_and_auth_are_told_to_other_servers_if_the_option_says_so()
    {
        await using var servers = await ServerCluster.StartAsync(2, membership: static options => options.ShareHandshakeSecrets = true);
        var (_, socket) = await servers.ConnectAsync(1, options: new
        {
            transports = new[] { "websocket" }, auth = new { token = "t\ud83d\ude00" }, extraHeaders = new { cookie = "a=1; b=2" },
        });
        var found = (await servers[0].Io.FetchSocketsAsync()).Single();
        Assert.That(found.Handshake.Headers.Cookie.ToString(), Is.EqualTo("a=1; b=2"));
        Assert.That(found.Handshake.Auth.GetString("token"), Is.EqualTo("t\ud83d\ude00"));
        Assert.That(found.Handshake.Headers.Count, Is.EqualTo(socket.Handshake.Headers.Count));
    }

    [Test]
    public async Task A_peer_s_event_with_a_reserved_name_reaches_no_client()
    {
        var cluster = new InMemoryCluster();
        await using var server = await TestServer.StartSocketIoAsync(build: app => app.Services.AddSocketIo().AddInMemoryCluster(cluster));
        server.Log.Expect("could not be read; the last one: a reserved event name");
        var client = await StockClients.Node.OpenAsync(server.Address.ToString());
        await client.ConnectedAsync();
        await using var hostile = cluster.CreateBackplane();
        await hostile.StartAsync(CancellationToken.None);
        await using var link = hostile.Open("/", null);
        foreach (var name in (string[])["disconnect", "connect", "last"])
            await link.SendAsync(new[] { Event(name) }, CancellationToken.None);
        await client.NextEventAsync("last");
        Assert.That(client.Events.Where(received => !received.IsLifecycle).Select(received => received.Name), Is.EqualTo(new[] { "last" }));
        Assert.That(client.Events.Count(received => received.Name is "connect" or "disconnect"), Is.EqualTo(1));
        await Deadlines.Eventually(() => server.Log.Entries.Any(entry => entry.Message.Contains("a reserved event name", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_server_without_a_backplane_has_no_part_of_a_cluster()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        Assert.That(server.Io.Cluster, Is.Null);
        Assert.That(server.Io.Delivery, Is.TypeOf<Broadcasts.DirectDelivery>());
    }

    private static ClusterMessage Event(string name) => new()
    {
        Type = MessageType.Broadcast, Sender = "0123456789abcdef", Namespace = "/", Data = new PacketData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new[] { name }))),
    };
}
