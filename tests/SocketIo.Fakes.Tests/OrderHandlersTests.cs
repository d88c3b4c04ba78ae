using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SocketIo.Fakes.Tests;

/// <summary>A handler class is tested without a server, with fakes that see public members only.</summary>
internal sealed class OrderHandlersTests
{
    private FakeOrders _orders = null!;
    private FakeChannel _io = null!;
    private OrderHandlers _handlers = null!;

    [SetUp]
    public void Make()
    {
        _orders = new FakeOrders();
        _io = new FakeChannel();
        _handlers = new OrderHandlers(_orders, _io);
    }

    [Test]
    public async Task An_order_is_acknowledged_saved_and_told_to_those_who_want_to_know()
    {
        var request = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "test")) };
        var socket = new FakeSocket("s1", request);
        var ack = new FakeAck();
        await _handlers.CreateAsync(socket, new Order("soup", 2), ack);
        Assert.Multiple(() =>
        {
            Assert.That(ack.Sent, Is.EqualTo((object[])["accepted"]));
            Assert.That(_orders.Saved, Is.EqualTo((string[])["2 soup for ann"]));
            Assert.That(socket.Rooms, Is.EquivalentTo((string[])["s1", "order 1"]));
            Assert.That(socket.Emitted, Is.EqualTo((string[])["saved(1)"]));
            Assert.That(socket.Others.Log, Is.EqualTo((string[])["to kitchen: order(1, Order { Dish = soup, Count = 2 })"]));
            Assert.That(_io.Log, Is.EqualTo((string[])["to managers: sold(2)"]));
        });
    }

    [Test]
    public async Task An_empty_order_is_not_acknowledged()
    {
        var ack = new FakeAck();
        await _handlers.CreateAsync(new FakeSocket("s1"), new Order("soup", 0), ack);
        Assert.That(ack.Sent, Is.Null);
        Assert.That(_orders.Saved, Is.Empty);
    }

    [Test]
    public async Task A_cook_joins_the_kitchen()
    {
        var socket = new FakeSocket("s1", auth: JsonElement.Parse("""{"role":"cook"}"""));
        Assert.That(await _handlers.WatchAsync(socket, "kitchen"), Is.EqualTo(2));
        Assert.That(socket.Data["kitchen"], Is.EqualTo("kitchen"));
        Assert.That(socket.ClosedWithConnection, Is.Null);
    }

    [Test]
    public async Task Anybody_else_is_disconnected()
    {
        var socket = new FakeSocket("s1");
        await _handlers.WatchAsync(socket, "kitchen");
        Assert.That(socket.ClosedWithConnection, Is.True);
    }

    [Test]
    public async Task The_client_s_answer_is_used()
    {
        var socket = new FakeSocket("s1");
        socket.Answers["who are you?"] = new AckValues("bob", 7);
        Assert.That(await _handlers.AskAsync(socket), Is.EqualTo("bob at 7"));
    }

    [Test]
    public async Task A_client_that_does_not_answer_is_nobody() =>
        Assert.That(await _handlers.AskAsync(new FakeSocket("s1")), Is.EqualTo("nobody"));

    [Test]
    public void An_answer_of_another_type_is_an_exception_as_on_a_server()
    {
        var socket = new FakeSocket("s1");
        socket.Answers["who are you?"] = new AckValues("bob", "seven");
        Assert.That(() => _handlers.AskAsync(socket), Throws.InstanceOf<EventArgumentException>().With.Property("Index").EqualTo(1));
    }

    [Test]
    public async Task A_kitchen_is_asked_and_closed()
    {
        var socket = new FakeSocket("s1");
        socket.Others.Answers = new AckResults<AckValues>([new AckResponse<AckValues>("cook-1", new AckValues(true))], ["cook-2"]);
        Assert.That(await _handlers.CloseAsync(socket, "kitchen"), Is.EqualTo(1));
        Assert.That(socket.Others.Log, Is.EqualTo((string[])["to kitchen within 1 s: ready to close?()"]));
        Assert.That(_io.Log, Is.EqualTo((string[])["to cook-1: closed()", "to kitchen: disconnect"]));
    }

    [Test]
    public async Task An_event_of_any_number_of_arguments_is_made_by_hand()
    {
        var count = await _handlers.ImportAsync(new IncomingEvent("import", new Order("soup", 1), new Order("cake", 2)));
        Assert.That(count, Is.EqualTo(2));
        Assert.That(_orders.Saved, Is.EqualTo((string[])["1 soup for import", "2 cake for import"]));
    }

    [Test]
    public void These_tests_see_no_internals() =>
        Assert.That(
            typeof(Socket).Assembly.GetCustomAttributes(typeof(InternalsVisibleToAttribute), inherit: false).Cast<InternalsVisibleToAttribute>().Select(static friend => friend.AssemblyName),
            Has.No.Member(typeof(OrderHandlersTests).Assembly.GetName().Name));
}
