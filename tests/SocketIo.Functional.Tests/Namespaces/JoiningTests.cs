using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Namespaces;

public sealed partial class JoiningTests
{
    [Test]
    public async Task A_fixed_namespace_is_joined_with_or_without_the_slash_in_its_name()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of("orders"));
        Assert.That(server.Io.Of("orders"), Is.SameAs(server.Io.Of("/orders")));
        Assert.That(server.Io.Of("/"), Is.SameAs(server.Io));
        Assert.That(server.Io.Of(""), Is.SameAs(server.Io));
        var (_, socket) = await server.ConnectAsync("/orders");
        Assert.That(socket.Namespace.Name, Is.EqualTo("/orders"));
        Assert.That(server.Io.AllNamespaces.Select(nsp => nsp.Name), Is.EquivalentTo(new[] { "/", "/orders" }));
    }

    [Test]
    public async Task A_namespace_that_does_not_exist_refuses_and_does_not_come_to_exist()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var client = await server.OpenAsync("/unknown");
        Assert.That((await client.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Invalid namespace"));
        Assert.That(server.Io.AllNamespaces, Has.Exactly(1).Items);
    }

    [Test]
    public async Task A_template_makes_a_namespace_for_each_name_that_fits()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io
            .OfPattern("/tenant-{id}").On("where", (Socket socket) => socket.Namespace.Name));
        var one = await server.ConnectAsync("/tenant-1");
        var two = await server.ConnectAsync("/tenant-2");
        Assert.That((await one.Client.EmitWithAckAsync("where")).Single().GetString(), Is.EqualTo("/tenant-1"));
        Assert.That((await two.Client.EmitWithAckAsync("where")).Single().GetString(), Is.EqualTo("/tenant-2"));
        foreach (var name in new[] { "/tenant-", "/tenant-1/more", "/xtenant-1", "/Tenant-1" })
        {
            var stranger = await server.OpenAsync(name);
            Assert.That((await stranger.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Invalid namespace"), name);
        }
    }

    [Test]
    public async Task A_regular_expression_makes_namespaces()
    {
        NamespacePattern pattern = null!;
        await using var server = await TestServer.StartSocketIoAsync(io => pattern = io.Of(Digits()));
        var one = await server.ConnectAsync("/dynamic-101");
        Assert.That(pattern.Children.Single(), Is.SameAs(one.Socket.Namespace));
        var stranger = await server.OpenAsync("/dynamic-x");
        Assert.That((await stranger.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Invalid namespace"));
    }

    [Test]
    public async Task A_predicate_decides_by_name_and_auth()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of(
            (name, auth) => ValueTask.FromResult(name.StartsWith("/game/", StringComparison.Ordinal) && auth.GetString("key") == "open")));
        var (_, socket) = await server.ConnectAsync("/game/1", Options(new { key = "open" }));
        Assert.That(socket.Namespace.Name, Is.EqualTo("/game/1"));
        foreach (var (name, key) in new[] { ("/game/2", "wrong"), ("/other", "open") })
        {
            var stranger = await server.OpenAsync(name, Options(new { key }));
            Assert.That((await stranger.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Invalid namespace"));
        }
    }

    [Test]
    public async Task Two_clients_that_are_decided_on_at_once_are_in_one_namespace()
    {
        var made = new List<string>();
        var asked = new Signal<string>();
        var gate = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.OnNewNamespace(nsp => made.Add(nsp.Name));
            io.Of((name, _) =>
            {
                asked.Set(name);
                return new ValueTask<bool>(gate.Task);
            });
        });
        var one = await server.OpenAsync("/dynamic-101");
        var two = await server.OpenAsync("/dynamic-101");
        await asked.NextAsync();
        await asked.NextAsync();
        gate.SetResult(true);
        await server.ConnectedAsync(one, "/dynamic-101");
        await server.ConnectedAsync(two, "/dynamic-101");
        await server.Io.Of("/dynamic-101").EmitAsync("both");
        await one.NextEventAsync("both");
        await two.NextEventAsync("both");
        Assert.That(made, Is.EqualTo(new[] { "/dynamic-101" }));
    }

    [Test]
    public async Task A_predicate_that_throws_refuses_without_telling_why()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of((_, _) => throw new InvalidOperationException("secret")));
        server.Log.Expect("secret");
        var client = await server.OpenAsync("/any");
        Assert.That((await client.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Internal server error"));
    }

    [Test]
    public async Task The_pattern_that_was_made_first_gets_the_client()
    {
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.OfPattern("/a-{x}").On("which", (Socket _) => 1);
            io.OfPattern("/{any}").On("which", (Socket _) => 2);
        });
        var first = await server.ConnectAsync("/a-1");
        var second = await server.ConnectAsync("/b-1");
        Assert.That((await first.Client.EmitWithAckAsync("which")).Single().GetInt32(), Is.EqualTo(1));
        Assert.That((await second.Client.EmitWithAckAsync("which")).Single().GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_namespace_made_by_hand_belongs_to_the_pattern_that_its_name_matches()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var pattern = server.Io.Of(Digits());
        pattern.On("pattern", (Socket _) => true);
        var child = server.Io.Of("/dynamic-7");
        Assert.That(pattern.Children, Is.EqualTo(new[] { child }));
        var (client, _) = await server.ConnectAsync("/dynamic-7");
        Assert.That((await client.EmitWithAckAsync("pattern")).Single().GetBoolean());
    }

    [Test]
    public async Task An_emit_to_a_pattern_reaches_the_sockets_of_all_its_namespaces()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var pattern = server.Io.OfPattern("/tenant-{id}");
        var one = await server.ConnectAsync("/tenant-1");
        var two = await server.ConnectAsync("/tenant-2");
        var main = await server.ConnectAsync();
        await one.Socket.JoinAsync("room");
        await pattern.EmitAsync("all", 1, new byte[] { 2 });
        await pattern.To("room").EmitAsync("room");
        await pattern.Except("room").EmitAsync("others");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await one.SettledNamesAsync(), Is.EqualTo(new[] { "all", "room" }));
            Assert.That(await two.SettledNamesAsync(), Is.EqualTo(new[] { "all", "others" }));
            Assert.That(await main.SettledNamesAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task The_sockets_of_a_pattern_s_namespaces_can_be_moved_but_not_fetched_or_asked_together()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var pattern = server.Io.OfPattern("/tenant-{id}");
        var one = await server.ConnectAsync("/tenant-1");
        var two = await server.ConnectAsync("/tenant-2");
        await pattern.SocketsJoinAsync("room");
        Assert.That(one.Socket.Rooms.Concat(two.Socket.Rooms).Count(room => room == "room"), Is.EqualTo(2));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await pattern.FetchSocketsAsync());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await pattern.EmitWithAckAsync<int>("e"));
        await pattern.In("room").DisconnectSocketsAsync();
        Assert.That(await one.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(await two.Client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
    }

    [TestCase("/tenant-{id")]
    [TestCase("/tenant-{}")]
    public async Task A_template_that_cannot_be_read_is_refused(string template)
    {
        await using var server = await TestServer.StartSocketIoAsync();
        Assert.That(() => server.Io.OfPattern(template), Throws.ArgumentException.With.Message.Contains(template));
    }

    [Test]
    public async Task New_namespaces_are_told_once_each()
    {
        var names = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.OnNewNamespace(nsp => names.Add(nsp.Name));
            io.OfPattern("/tenant-{id}");
            io.Of("/fixed");
            io.Of("/fixed");
        });
        await server.ConnectAsync("/tenant-1");
        await server.ConnectAsync("/tenant-1");
        await server.ConnectAsync("/fixed");
        Assert.That(names, Is.EqualTo(new[] { "/fixed", "/tenant-1" }));
    }

    [Test]
    public async Task Events_of_one_namespace_are_not_those_of_another()
    {
        var heard = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.On("say", (Socket _, string text) => heard.Add("/ " + text));
            io.Of("/chat").On("say", (Socket _, string text) => heard.Add("/chat " + text));
            io.Of("/chat").On("answer me", (Socket _) => true);
        });
        var main = await server.ConnectAsync();
        var chat = await server.ConnectedAsync(await main.Client.OpenSocketAsync("/chat"), "/chat");
        await main.Client.EmitAsync("say", "a");
        await chat.Client.EmitAsync("say", "b");
        await chat.Client.EmitWithAckAsync("answer me");
        Assert.That(heard, Is.EqualTo(new[] { "/ a", "/chat b" }));
        Assert.That(chat.Socket.Id, Is.Not.EqualTo(main.Socket.Id));
        await chat.Client.DisconnectAsync();
        await Deadlines.Eventually(() => !chat.Socket.IsConnected);
        Assert.That(main.Socket.IsConnected);
    }

    [Test]
    public async Task A_client_that_joins_no_namespace_in_time_is_closed()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartSocketIoAsync(
            options: options => options.ConnectTimeout = TimeSpan.FromSeconds(5),
            build: build => build.Services.AddSingleton<TimeProvider>(clock));
        await using var silent = await RawClient.OpenAsync(server);
        await using var joined = await RawClient.OpenAsync(server);
        await joined.JoinAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await silent.ReceiveUntilClosedAsync(), Is.Empty);
        await server.Io.EmitAsync("still here");
        Assert.That(await joined.ReceiveAsync(), Is.EqualTo("""42["still here"]"""));
    }

    [Test]
    public async Task A_client_that_every_namespace_refuses_is_closed_in_time()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.Use(_ => ConnectResult.Refuse("no")),
            options => options.ConnectTimeout = TimeSpan.FromSeconds(5),
            build => build.Services.AddSingleton<TimeProvider>(clock));
        await using var refused = await RawClient.OpenAsync(server);
        await refused.SendAsync("40");
        Assert.That(await refused.ReceiveAsync(), Is.EqualTo("""44{"message":"no"}"""));

        // a tick that comes while the server still handles what the client sent puts the end off
        var closed = refused.ReceiveUntilClosedAsync();
        while (await Task.WhenAny(closed, Task.Delay(50)) != closed)
            clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await closed, Is.Empty);
    }

    [Test]
    public async Task Joining_the_same_namespace_twice_closes_the_connection()
    {
        var reasons = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.OnDisconnect((_, reason) => reasons.SetAsync(reason.ToString())));
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("40");
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await reasons.NextAsync(), Is.EqualTo("forced server close"));
    }

    [Test]
    public async Task A_stock_client_that_leaves_and_joins_again_while_middleware_decides_is_connected_once_and_keeps_its_other_namespaces(
        [Values("4", "4.0", "3", "2")] string version)
    {
        var asked = new Signal<TaskCompletionSource>();
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.Of("/slow").Use(async _ =>
            {
                var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                asked.Set(gate);
                await gate.Task;
                return ConnectResult.Accept;
            }),
            options => options.AllowEngineIo3 = true);
        var main = await server.ConnectAsync(options: new { transports = new[] { "websocket" }, client = version });
        var slow = await main.Client.OpenSocketAsync("/slow");
        var first = await asked.NextAsync();
        await slow.DisconnectAsync();
        await slow.ConnectAsync();
        var second = await asked.NextAsync();
        first.SetResult();
        second.SetResult();

        var (_, socket) = await server.ConnectedAsync(slow, "/slow");
        Assert.That(server.Io.Of("/slow").Sockets.Values, Is.EqualTo(new[] { socket }));
        Assert.That(await main.SettledNamesAsync(), Is.Empty);
        Assert.That(slow.Events.Count(heard => heard.Name == "connect"), Is.EqualTo(1));
        Assert.That(main.Socket.IsConnected);
    }

    [Test]
    public async Task A_stock_client_that_leaves_while_middleware_decides_is_not_connected()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new Signal<Socket>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of("/slow").Use(async socket =>
        {
            asked.Set(socket);
            await gate.Task;
            return ConnectResult.Accept;
        }));
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("40/slow,");
        await asked.NextAsync();
        await raw.SendAsync("41/slow,");
        gate.SetResult();
        await server.Io.EmitAsync("still here");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("""42["still here"]"""));
        Assert.That(server.Io.Of("/slow").Sockets, Is.Empty);
    }

    [Test]
    public async Task A_client_that_asks_for_more_namespaces_than_allowed_is_refused_those_and_keeps_the_others()
    {
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.OfPattern("/tenant-{id}"), options => options.MaxNamespaces = 3);
        var main = await server.ConnectAsync();
        await server.ConnectedAsync(await main.Client.OpenSocketAsync("/tenant-1"), "/tenant-1");
        await server.ConnectedAsync(await main.Client.OpenSocketAsync("/tenant-2"), "/tenant-2");
        var third = await main.Client.OpenSocketAsync("/tenant-3");
        Assert.That((await third.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Too many namespaces"));
        Assert.That(await main.SettledNamesAsync(), Is.Empty);
    }

    [Test]
    public async Task A_client_that_left_a_namespace_can_join_it_again_as_another_socket()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.DisconnectAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 0);
        await client.ConnectAsync();
        var (_, again) = await server.ConnectedAsync(client);
        Assert.That(again.Id, Is.Not.EqualTo(socket.Id));
    }

    private static object Options(object auth) => new { transports = new[] { "websocket" }, auth };

    [GeneratedRegex(@"^/dynamic-\d+$")]
    private static partial Regex Digits();
}
