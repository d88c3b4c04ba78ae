using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>How a socket ends, and what is told then.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DisconnectTests
{
    private readonly Signal<string> _reasons = new();
    private readonly ManualClock _clock = new();

    [Test]
    public async Task A_connection_that_is_lost_is_a_transport_close()
    {
        await using var server = await StartAsync();
        await using (var raw = await RawClient.OpenAsync(server))
            await raw.JoinAsync();
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("transport close"));
    }

    [Test]
    public async Task A_client_that_leaves_the_namespace_is_a_client_namespace_disconnect()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("41");
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("client namespace disconnect"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_socket_that_the_server_disconnects_is_a_server_namespace_disconnect(bool close)
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await socket.DisconnectAsync(close);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("server namespace disconnect"));
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        await socket.DisconnectAsync();
        Assert.That(_reasons.IsEmpty);
    }

    [Test]
    public async Task A_client_that_does_not_answer_pings_is_a_ping_timeout()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        _clock.Advance(TimeSpan.FromSeconds(26));
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("2"));

        // whoever is looked at while the server still handles what it sent has its time anew
        var reason = _reasons.NextAsync();
        await Deadlines.Eventually(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(21));
            return reason.IsCompleted;
        });
        Assert.That(await reason, Is.EqualTo("ping timeout"));
    }

    [Test]
    public async Task A_client_that_answers_pings_stays()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(26));
            Assert.That(await raw.ReceiveAsync(), Is.EqualTo("2"));
            await raw.SendAsync("3");
            await raw.SendAsync("""420["answer me"]""");
            Assert.That(await raw.ReceiveAsync(), Is.EqualTo("430[true]"));
        }
        Assert.That(_reasons.IsEmpty);
    }

    [TestCase("4")]
    [TestCase("4abc")]
    [TestCase("49")]
    [TestCase("42")]
    [TestCase("42[")]
    [TestCase("42{}")]
    [TestCase("""42["e",""")]
    [TestCase("""42["e"]x""")]
    [TestCase("""42["connect"]""")]
    [TestCase("""42["disconnecting","x"]""")]
    [TestCase("44[\"handle me please\"]")]
    [TestCase("45")]
    [TestCase("45woooot")]
    [TestCase("""45["e"]""")]
    [TestCase("""45-["e"]""")]
    [TestCase("""451000-["e"]""")]
    [TestCase("""4299999999999999999999["e"]""")]
    [TestCase("""431{"a":1}""")]
    [TestCase("""41"x" """)]
    [TestCase("x")]
    public async Task A_packet_that_cannot_be_read_closes_its_client_only(string packet)
    {
        await using var server = await StartAsync();
        await using var good = await RawClient.OpenAsync(server);
        await good.JoinAsync();
        await using var bad = await RawClient.OpenAsync(server);
        await bad.JoinAsync();
        await bad.SendAsync(packet);
        Assert.That(await bad.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("parse error"));
        await good.SendAsync("""420["answer me"]""");
        Assert.That(await good.ReceiveAsync(), Is.EqualTo("430[true]"));
    }

    [TestCase("42[1]")]
    [TestCase("43")]
    [TestCase("4399[]")]
    [TestCase("3")]
    public async Task A_packet_that_means_nothing_is_ignored(string packet)
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync(packet);
        await raw.SendAsync("""420["answer me"]""");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("430[true]"));
    }

    [Test]
    public async Task Binary_without_a_packet_closes_the_client()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync(new byte[] { 1, 2, 3 });
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("parse error"));
    }

    [Test]
    public async Task Text_in_place_of_an_attachment_closes_the_client()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("""451-["e",{"_placeholder":true,"num":0}]""");
        await raw.SendAsync("""42["e"]""");
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("parse error"));
    }

    [Test]
    public async Task More_attachments_than_allowed_close_the_client()
    {
        await using var server = await StartAsync(options => options.MaxAttachments = 2);
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("""453-["e",{"_placeholder":true,"num":0}]""");
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("parse error"));
    }

    [TestCase("1")]
    [TestCase("-1")]
    [TestCase("0.5")]
    [TestCase("\"0\"")]
    [TestCase("null")]
    public async Task A_placeholder_of_no_attachment_closes_the_client(string number)
    {
        await using var server = await StartAsync(configure: io => io.On("e", (Socket _, byte[] bytes) => bytes));
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync($$"""451-0["e",{"_placeholder":true,"num":{{number}}}]""");
        await raw.SendAsync(new byte[] { 1 });
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("parse error"));
    }

    [Test]
    public async Task A_client_that_takes_nothing_while_too_much_waits_for_it_is_disconnected()
    {
        await using var server = await StartAsync(options => options.MaxQueuedBytes = 10_000);
        server.Log.Expect("is closed, its client is slow");
        using var http = new HttpClient { BaseAddress = server.Address };
        var open = await http.GetStringAsync("/socket.io/?EIO=4&transport=polling").WithDeadline();
        var url = "/socket.io/?EIO=4&transport=polling&sid=" + open.Split('"')[3];
        (await http.PostAsync(url, new StringContent("40")).WithDeadline()).EnsureSuccessStatusCode();
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 1);
        for (var i = 0; i < 3; i++)
            await server.Io.EmitAsync("much", new string('x', 5_000));
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("transport error"));
    }

    [Test]
    public async Task A_connection_that_ends_between_packet_and_attachment_is_a_transport_close()
    {
        await using var server = await StartAsync();
        await using (var raw = await RawClient.OpenAsync(server))
        {
            await raw.JoinAsync();
            await raw.SendAsync("""451-["e",{"_placeholder":true,"num":0}]""");
        }
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("transport close"));
    }

    [TestCase("""42/other,["e"]""")]
    [TestCase("""43/other,1[]""")]
    [TestCase("41/other,")]
    [TestCase("40")]
    [TestCase("""44{"message":"x"}""")]
    public async Task A_packet_out_of_place_is_a_forced_server_close(string packet)
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync(packet);
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("forced server close"));
    }

    [Test]
    public async Task An_event_before_any_namespace_is_joined_closes_the_connection()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.SendAsync("""42["e"]""");
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
    }

    [TestCase("40")]
    [TestCase("4abc")]
    [TestCase("""42/other,["e"]""")]
    public async Task A_polling_client_that_breaks_the_protocol_gets_a_close_packet_for_the_poll_that_waits(string packet)
    {
        await using var server = await StartAsync();
        using var client = await RawPolling.OpenAsync(server.Address, "/socket.io/");
        await client.PostAsync("40");
        Assert.That((await client.PollAsync()).Single(), Does.StartWith("40{"));
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 1);
        var poll = client.PollAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.Values.Single().Client.Session.CurrentTransport.IsWritable);
        await client.PostAsync(packet);
        Assert.That(await poll, Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public async Task A_client_that_pings_breaks_the_transport_s_rules()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("2");
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("transport error"));
    }

    [Test]
    public async Task A_host_that_stops_is_a_server_shutting_down()
    {
        await using var server = await StartAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        var stopping = server.StopAsync();
        Assert.That(await raw.ReceiveUntilClosedAsync(), Is.Empty);
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("server shutting down"));
        await raw.DisposeAsync();
        await stopping.WithDeadline();
    }

    [Test]
    public async Task What_was_on_its_way_when_the_server_disconnected_the_socket_is_ignored()
    {
        var heard = new Signal<string>();
        await using var server = await StartAsync(configure: io => io.On("e", (Socket _) => heard.Set("e")));
        await using var raw = await RawClient.OpenAsync(server);
        var id = await raw.JoinAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.ContainsKey(id));
        await server.Io.Sockets[id].DisconnectAsync();
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("41"));
        await raw.SendAsync("""42["e"]""");
        await raw.SendAsync("""451-["e",{"_placeholder":true,"num":0}]""");
        await raw.SendAsync(new byte[10]);
        await raw.SendAsync("41");
        await raw.JoinAsync();
        await raw.SendAsync("""420["answer me"]""");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("430[true]"));
        Assert.That(heard.IsEmpty);
    }

    [Test]
    public async Task Disconnecting_handlers_still_see_the_rooms_and_disconnect_handlers_do_not()
    {
        var told = new Signal<string>();
        await using var server = await StartAsync(configure: io =>
        {
            io.OnDisconnecting((socket, reason) => told.SetAsync($"disconnecting {socket.Rooms.Contains("room")} {socket.IsConnected} {reason}"));
            io.OnDisconnect((socket, reason) => told.SetAsync($"disconnect {socket.Rooms.Count} {socket.IsConnected} {reason}"));
        });
        var (client, socket) = await server.ConnectAsync();
        await socket.JoinAsync("room");
        socket.OnDisconnecting(_ => told.SetAsync($"own disconnecting {socket.Rooms.Count}"));
        socket.OnDisconnect(_ => told.SetAsync($"own disconnect {socket.Rooms.Count}"));
        await client.DisconnectAsync();
        Assert.That(await told.NextAsync(), Is.EqualTo("disconnecting True True client namespace disconnect"));
        Assert.That(await told.NextAsync(), Is.EqualTo("own disconnecting 2"));
        Assert.That(await told.NextAsync(), Is.EqualTo("disconnect 0 False client namespace disconnect"));
        Assert.That(await told.NextAsync(), Is.EqualTo("own disconnect 0"));
    }

    [Test]
    public async Task The_rooms_are_left_when_the_disconnecting_handlers_have_ended()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(configure: io => io.OnDisconnecting((_, _) => gate.Task));
        var (client, socket) = await server.ConnectAsync();
        await socket.JoinAsync("room");
        await client.DisconnectAsync();
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("io client disconnect"));
        Assert.That(server.Io.Rooms.Keys, Is.EqualTo(new[] { "room" }));
        gate.SetResult();
        await _reasons.NextAsync();
        Assert.That(server.Io.Rooms, Is.Empty);
    }

    [Test]
    public async Task A_client_that_comes_back_while_its_old_socket_still_ends_gets_a_broadcast_once()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(configure: io => io.OnDisconnecting((_, _) => gate.Task));
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("41");
        var id = await raw.JoinAsync();
        await Deadlines.Eventually(() => server.Io.Sockets.ContainsKey(id));
        await server.Io.EmitAsync("once");
        await server.Io.EmitAsync("after");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("""42["once"]"""));
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("""42["after"]"""));
        gate.SetResult();
    }

    [Test]
    public async Task The_disconnection_token_is_cancelled_when_the_socket_has_gone()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        var token = socket.Disconnection;
        Assert.That(token.IsCancellationRequested, Is.False);
        await client.DisconnectAsync();
        await _reasons.NextAsync();
        Assert.That(token.IsCancellationRequested);
        Assert.That(socket.Disconnection.IsCancellationRequested);
    }

    [Test]
    public async Task An_emit_to_a_socket_that_has_gone_does_nothing()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync();
        await client.DisconnectAsync();
        await _reasons.NextAsync();
        await socket.EmitAsync("nobody hears");
        await socket.Broadcast.EmitAsync("nobody hears");
        await client.ConnectAsync();
        var again = await server.ConnectedAsync(client);
        Assert.That(await again.SettledNamesAsync(), Is.Empty);
    }

    [Test]
    public async Task A_disconnect_handler_that_throws_is_logged_and_the_others_run()
    {
        await using var server = await StartAsync(configure: io => io.OnDisconnecting((_, _) => throw new InvalidOperationException("at the end")));
        server.Log.Expect("at the end");
        var (client, _) = await server.ConnectAsync();
        await client.DisconnectAsync();
        Assert.That(await _reasons.NextAsync(), Is.EqualTo("client namespace disconnect"));
    }

    private Task<TestServer> StartAsync(Action<SocketIoOptions>? options = null, Action<SocketIoServer>? configure = null) =>
        TestServer.StartSocketIoAsync(
            io =>
            {
                configure?.Invoke(io);
                io.On("answer me", (Socket _) => true);
                io.OnDisconnect((_, reason) => _reasons.SetAsync(reason.ToString()));
            },
            options,
            build => build.Services.AddSingleton<TimeProvider>(_clock));
}
