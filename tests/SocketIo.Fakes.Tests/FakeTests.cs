using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.Fakes.Tests;

/// <summary>What fakes get to know, and what happens with what they leave out.</summary>
internal sealed class FakeTests
{
    [Test]
    public async Task A_socket_s_emits_arrive_with_their_flags_and_all_arguments()
    {
        var socket = new FakeSocket("s1");
        await socket.EmitAsync("none");
        await socket.EmitAsync("list", new[] { 1, 2 });
        await socket.EmitAsync("many", [1, "2", null]);
        await socket.EmitAsync("six", 1, 2, 3, 4, 5, 6);
        await socket.Volatile.EmitAsync("now", 1);
        await socket.Compress(false).EmitAsync("large", "x");
        Assert.That(
            socket.Emitted,
            Is.EqualTo((string[])["none()", "list(System.Int32[])", "many(1, 2, )", "six(1, 2, 3, 4, 5, 6)", "volatile now(1)", "large(x)"]));
    }

    [Test]
    public async Task Broadcasts_arrive_with_their_recipients_and_flags()
    {
        var socket = new FakeSocket("s1");
        await socket.Broadcast.EmitAsync("a");
        await socket.To("x", "y").Except("z").EmitAsync("b", 1);
        await socket.Volatile.Broadcast.EmitAsync("c");
        await socket.Compress(false).To("x").Local.EmitAsync("d");
        await socket.Timeout(TimeSpan.FromSeconds(2)).To("x").EmitWithAckAsync<int>("e");
        Assert.That(
            socket.Others.Log,
            Is.EqualTo((string[])["to all: a()", "to x+y except z: b(1)", "volatile to all: c()", "local as it is to x: d()", "to x within 2 s: e()"]));
    }

    [Test]
    public void What_a_fake_does_not_override_says_so()
    {
        var socket = new BareSocket();
        var channel = new BroadcastOperator(new BareChannel());
        Assert.Multiple(() =>
        {
            Assert.That(() => socket.EmitAsync("a"), Refused("Socket.EmitCore"));
            Assert.That(() => socket.EmitWithAckAsync<int>("a"), Refused("Socket.EmitWithAckCoreAsync"));
            Assert.That(() => socket.JoinAsync("a"), Refused("Socket.JoinAsync"));
            Assert.That(() => socket.LeaveAsync("a"), Refused("Socket.LeaveAsync"));
            Assert.That(() => socket.DisconnectAsync(), Refused("Socket.DisconnectAsync"));
            Assert.That(() => socket.Broadcast, Refused("Socket.Broadcast"));
            Assert.That(() => socket.To("a"), Refused("Socket.Broadcast"));
            Assert.That(() => socket.Rooms, Refused("Socket.Rooms"));
            Assert.That(() => socket.Transport, Refused("Socket.Transport"));
            Assert.That(() => socket.EngineSession, Refused("Socket.EngineSession"));
            Assert.That(() => channel.EmitAsync("a"), Refused("BroadcastChannel.Emit"));
            Assert.That(() => channel.EmitWithAckAsync<int>("a"), Refused("BroadcastChannel.EmitWithAckAsync"));
            Assert.That(() => channel.SocketsJoinAsync("a"), Refused("BroadcastChannel.JoinAsync"));
            Assert.That(() => channel.SocketsLeaveAsync("a"), Refused("BroadcastChannel.LeaveAsync"));
            Assert.That(() => channel.DisconnectSocketsAsync(), Refused("BroadcastChannel.DisconnectAsync"));
            Assert.That(() => channel.FetchSocketsAsync(), Refused("BroadcastChannel.FetchAsync"));
        });

        static NUnit.Framework.Constraints.Constraint Refused(string member) => Throws.InstanceOf<NotSupportedException>().With.Message.Contains(member);
    }

    [Test]
    public void What_needs_no_client_works_without_overriding_it()
    {
        var request = new DefaultHttpContext();
        request.Request.QueryString = new QueryString("?room=x");
        var socket = new BareSocket(request);
        socket.Data["a"] = 1;
        socket.On("e", (int a) => a);
        socket.Once("f", () => { });
        socket.OnAny(e => { });
        socket.OnAnyOutgoing(e => { });
        socket.OnDisconnect(reason => { });
        socket.OnDisconnecting(reason => Task.CompletedTask);
        socket.OnError(exception => { });
        socket.Use((e, next) => next());
        socket.Off("e");
        socket.OffAny();
        Assert.Multiple(() =>
        {
            Assert.That(socket.Id, Is.EqualTo("bare"));
            Assert.That(socket.IsConnected);
            Assert.That(socket.Recovered, Is.False);
            Assert.That(socket.Disconnection.IsCancellationRequested, Is.False);
            Assert.That(socket.Handshake.Query["room"].ToString(), Is.EqualTo("x"));
            Assert.That(socket.HttpContext, Is.SameAs(request));
            Assert.That(socket.User, Is.Not.Null);
        });
    }

    [Test]
    public void A_reserved_name_is_refused_as_by_a_server() =>
        Assert.That(() => new FakeSocket("s1").EmitAsync("connect"), Throws.ArgumentException);

    [Test]
    public async Task Emitters_of_every_kind_can_be_faked()
    {
        var emitter = new FakeEmitter();
        await emitter.EmitAsync("a", 1, "2");
        var ack = await ((IAckEmitter)emitter).EmitWithAckAsync<int>("b", "x");
        var all = await ((IBroadcastAckEmitter)emitter).EmitWithAckAsync<int, string>("c");
        Assert.That(emitter.Log, Is.EqualTo((string[])["a(1, 2)", "b(x)", "c()"]));
        Assert.That(ack, Is.EqualTo(3));
        Assert.That(all.Values, Is.EqualTo(((int, string?)[])[(4, "d")]));
        Assert.That(all.Missing, Is.EqualTo((string[])["gone"]));
    }

    [Test]
    public async Task The_server_is_a_broadcaster_and_can_be_made_without_a_host()
    {
        await using var services = new ServiceCollection().AddLogging().AddSocketIo().Services.BuildServiceProvider();
        var io = services.GetRequiredService<SocketIoServer>();
        io.Of("/orders").On("e", (Socket _, int a) => a);
        Assert.That(services.GetRequiredService<IBroadcaster>(), Is.SameAs(io));
        Assert.That(await services.GetRequiredService<IBroadcaster>().To("a").FetchSocketsAsync(), Is.Empty);
        Assert.That(new BareSocket(@namespace: io.Of("/orders")).Namespace.Name, Is.EqualTo("/orders"));
    }

    private sealed class BareSocket(HttpContext? request = null, Namespace? @namespace = null) : Socket("bare", @namespace, request);

    private sealed class BareChannel : BroadcastChannel;

    private sealed class FakeEmitter : IEmitter, IAckEmitter, IBroadcastAckEmitter
    {
        public List<string> Log { get; } = [];

        public void Emit(string eventName, IReadOnlyList<object?> arguments) => Log.Add($"{eventName}({string.Join(", ", arguments)})");

        Task<AckValues> IAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments)
        {
            Emit(eventName, arguments);
            return Task.FromResult(new AckValues(3));
        }

        Task<AckResults<AckValues>> IBroadcastAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments)
        {
            Emit(eventName, arguments);
            return Task.FromResult(new AckResults<AckValues>([new AckResponse<AckValues>("s1", new AckValues(4, "d"))], ["gone"]));
        }
    }
}
