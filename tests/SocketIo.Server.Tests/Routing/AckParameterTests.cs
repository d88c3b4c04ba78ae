using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>A handler that takes the acknowledgement decides whether and when it is sent.</summary>
internal sealed class AckParameterTests
{
    private InMemoryServer _server = null!;

    [SetUp]
    public void Start() => _server = new InMemoryServer();

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public void A_handler_that_does_not_send_it_leaves_the_client_without_one()
    {
        _server.Io.On("declined", (Socket _, Ack ack) => { });
        _server.Io.On("declined later", async (Socket _, int? a, Ack ack) => await Task.CompletedTask);
        Assert.That(Ask("declined"), Is.Empty);
        Assert.That(Ask("declined later"), Is.Empty);
    }

    [Test]
    public async Task A_handler_acknowledges_and_goes_on()
    {
        var gate = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        _server.Io.On("order", async (Socket _, Ack ack) =>
        {
            await ack.SendAsync("accepted", 1);
            await gate.Task;
            done.SetResult();
        });
        Assert.That(Ask("order"), Is.EqualTo((string[])["435[\"accepted\",1]"]));
        Assert.That(done.Task.IsCompleted, Is.False);
        gate.SetResult();
        await done.Task.WithDeadline();
    }

    [Test]
    public void The_first_one_is_sent_and_further_ones_are_ignored()
    {
        _server.Io.On("twice", async (Socket _, Ack ack) =>
        {
            await ack.SendAsync(1);
            await ack.SendAsync(2);
        });
        Assert.That(Ask("twice"), Is.EqualTo((string[])["435[1]"]));
    }

    [Test]
    public void It_may_be_kept_and_sent_later_while_the_socket_is_connected()
    {
        var acks = new List<Ack>();
        _server.Io.On("keep", (Socket _, Ack ack) => acks.Add(ack));
        var (client, socket) = _server.Connect();
        client.EmitWithAck(1, "keep");
        client.EmitWithAck(2, "keep");
        acks[1].SendAsync(["b"]).AsTask().Wait();
        Assert.That(client.All(), Is.EqualTo((string[])["432[\"b\"]"]));
        socket.DisconnectAsync().AsTask().Wait();
        client.All();
        acks[0].SendAsync("late").AsTask().Wait();
        Assert.That(client.All(), Is.Empty);
    }

    [Test]
    public void It_says_whether_the_client_wants_it_and_does_nothing_when_not()
    {
        var wanted = new List<bool>();
        _server.Io.On("ask", (Socket _, Ack ack) =>
        {
            wanted.Add(ack.IsWanted);
            return ack.SendAsync(1);
        });
        var (client, _) = _server.Connect();
        client.Emit("ask");
        client.EmitWithAck(0, "ask");
        Assert.That(wanted, Is.EqualTo((bool[])[false, true]));
        Assert.That(client.All(), Is.EqualTo((string[])["430[1]"]));
    }

    [Test]
    public void A_list_is_one_value_and_a_collection_expression_is_several()
    {
        _server.Io.On("list", (Socket _, Ack ack) => ack.SendAsync(new[] { "a", "b" }));
        _server.Io.On("several", (Socket _, Ack ack) => ack.SendAsync(["a", 2, null]));
        _server.Io.On("none", (Socket _, Ack ack) => ack.SendAsync());
        Assert.That(Ask("list"), Is.EqualTo((string[])["435[[\"a\",\"b\"]]"]));
        Assert.That(Ask("several"), Is.EqualTo((string[])["435[\"a\",2,null]"]));
        Assert.That(Ask("none"), Is.EqualTo((string[])["435[]"]));
    }

    [Test]
    public void Of_several_handlers_the_first_that_acknowledges_counts()
    {
        _server.Io.On("e", (Socket _) => { });
        _server.Io.On("e", (Socket _, Ack ack) => ack.SendAsync("ack"));
        _server.Io.On("e", (Socket _) => "result");
        _server.Io.On("f", (Socket _, Ack ack) => { });
        _server.Io.On("f", (Socket _) => "result");
        Assert.That(Ask("e"), Is.EqualTo((string[])["435[\"ack\"]"]));
        Assert.That(Ask("f"), Is.EqualTo((string[])["435[\"result\"]"]));
    }

    [Test]
    public void A_handler_that_throws_gives_none()
    {
        _server.Log.Expect("broken");
        _server.Io.On("e", (Socket _, Ack ack) => throw new InvalidOperationException("broken"));
        Assert.That(Ask("e"), Is.Empty);
    }

    [Test]
    public void A_value_that_can_t_be_serialized_is_the_handler_s_error()
    {
        var errors = new List<Exception>();
        _server.Log.Expect("The event e");
        _server.Log.Expect("A handler");
        _server.Io.OnError((_, exception, _) => errors.Add(exception));
        _server.Io.On("e", (Socket _, Ack ack) => ack.SendAsync(new { Stream = new Action(() => { }) }));
        Assert.That(Ask("e"), Is.Empty);
        Assert.That(errors.Single(), Is.InstanceOf<NotSupportedException>());
    }

    private string[] Ask(string name)
    {
        var (client, _) = _server.Connect();
        client.EmitWithAck(5, name);
        return client.All();
    }
}
