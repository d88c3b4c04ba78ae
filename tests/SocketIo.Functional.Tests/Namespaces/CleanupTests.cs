using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Namespaces;

/// <summary>What becomes of a pattern's namespace that nobody is in.</summary>
public sealed class CleanupTests
{
    [Test]
    public async Task An_empty_child_namespace_stays_by_default()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.OfPattern("/tenant-{id}"));
        await JoinAndLeaveAsync(server, "/tenant-1");
        Assert.That(Names(server), Does.Contain("/tenant-1"));
    }

    [Test]
    public async Task An_empty_child_namespace_goes_when_the_option_says_so_and_is_made_again()
    {
        NamespacePattern pattern = null!;
        var made = 0;
        await using var server = await StartAsync(io =>
        {
            io.OnNewNamespace(_ => made++);
            pattern = io.OfPattern("/tenant-{id}");
        });
        await JoinAndLeaveAsync(server, "/tenant-1");
        await Deadlines.Eventually(() => !Names(server).Contains("/tenant-1"));
        Assert.That(pattern.Children, Is.Empty);
        var again = await server.ConnectAsync("/tenant-1");
        await server.Io.Of("/tenant-1").EmitAsync("hello");
        Assert.That(await again.SettledNamesAsync(), Is.EqualTo(new[] { "hello" }));
        Assert.That(made, Is.EqualTo(2));
    }

    [Test]
    public async Task A_child_namespace_stays_while_another_socket_is_in_it()
    {
        await using var server = await StartAsync(io => io.OfPattern("/tenant-{id}"));
        var staying = await server.ConnectAsync("/tenant-1");
        await JoinAndLeaveAsync(server, "/tenant-1");
        Assert.That(server.Io.Of("/tenant-1"), Is.SameAs(staying.Socket.Namespace));
    }

    [Test]
    public async Task A_child_namespace_that_refuses_its_only_client_goes()
    {
        await using var server = await StartAsync(io => io.OfPattern("/tenant-{id}").Use(_ => ConnectResult.Refuse("no")));
        var client = await server.OpenAsync("/tenant-1");
        await client.NextEventAsync("connect_error");
        await Deadlines.Eventually(() => !Names(server).Contains("/tenant-1"));
    }

    [Test]
    public async Task A_child_namespace_that_refuses_one_client_stays_for_the_others()
    {
        await using var server = await StartAsync(io => io.OfPattern("/tenant-{id}").Use(
            socket => socket.Handshake.Auth.GetString("key") is "open" ? ConnectResult.Accept : ConnectResult.Refuse("no")));
        var staying = await server.ConnectAsync("/tenant-1", new { transports = new[] { "websocket" }, auth = new { key = "open" } });
        var refused = await server.OpenAsync("/tenant-1");
        await refused.NextEventAsync("connect_error");
        Assert.That(server.Io.Of("/tenant-1"), Is.SameAs(staying.Socket.Namespace));
    }

    [Test]
    public async Task A_fixed_namespace_never_goes()
    {
        await using var server = await StartAsync(io => io.Of("/fixed"));
        await JoinAndLeaveAsync(server, "/fixed");
        Assert.That(Names(server), Does.Contain("/fixed"));
    }

    [Test]
    public async Task A_client_that_joins_while_the_last_one_leaves_is_in_the_namespace_that_is_found_by_name()
    {
        var asked = new Signal<Namespace>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(io => io.OfPattern("/tenant-{id}").Use(async socket =>
        {
            if (socket.Handshake.Auth.GetString("name") is "late")
            {
                asked.Set(socket.Namespace);
                await gate.Task;
            }
            return ConnectResult.Accept;
        }));
        var leaving = await server.ConnectAsync("/tenant-1");
        var late = await server.OpenAsync("/tenant-1", new { transports = new[] { "websocket" }, auth = new { name = "late" } });
        Assert.That(await asked.NextAsync(), Is.SameAs(leaving.Socket.Namespace));
        await leaving.Client.DisconnectAsync();
        await Deadlines.Eventually(() => !leaving.Socket.IsConnected);
        gate.SetResult();
        var (_, socket) = await server.ConnectedAsync(late, "/tenant-1");
        Assert.That(server.Io.Of("/tenant-1"), Is.SameAs(socket.Namespace));
        await server.Io.Of("/tenant-1").EmitAsync("hello");
        await late.NextEventAsync("hello");
    }

    private static Task<TestServer> StartAsync(Action<SocketIoServer> configure) =>
        TestServer.StartSocketIoAsync(configure, options => options.CleanupEmptyChildNamespaces = true);

    private static async Task JoinAndLeaveAsync(TestServer server, string nsp)
    {
        var left = new Signal<string>();
        var (client, socket) = await server.ConnectAsync(nsp);
        socket.OnDisconnect(reason => left.SetAsync(reason.ToString()));
        await client.DisconnectAsync();
        await left.NextAsync();
    }

    private static string[] Names(TestServer server) => [.. server.Io.AllNamespaces.Select(nsp => nsp.Name)];
}
