using System.Globalization;
using System.Text;

namespace SocketIo.Cluster.Testing;

/// <summary>Events for clients of other nodes: who gets them, what they are, in which order.</summary>
public abstract class BroadcastConformance : ClusterTests
{
    [Test]
    public async Task A_broadcast_reaches_the_sockets_of_all_nodes_once()
    {
        var (a, b, c) = await JoinThreeAsync();
        TestSocket[] sockets = [await a.Root.ConnectAsync(), await b.Root.ConnectAsync("x", "y"), await b.Root.ConnectAsync(), await c.Root.ConnectAsync()];
        a.Root.Emit("[\"one\"]");
        b.Root.Emit("[\"two\"]");
        foreach (var socket in sockets)
            Assert.That(await EventsAsync(socket, 2), Is.EquivalentTo(new[] { "[\"one\"]", "[\"two\"]" }));
        await SettleAsync(a.Root, b.Root, c.Root);
        Assert.That(sockets.Select(static socket => socket.EventCount), Is.All.EqualTo(2));
    }

    [Test]
    public async Task A_broadcast_reaches_the_sockets_in_one_of_its_rooms_and_in_none_of_the_excepted()
    {
        var (a, b) = await JoinTwoAsync();
        var inFirst = await b.Root.ConnectAsync("first");
        var inBoth = await b.Root.ConnectAsync("first", "second");
        var excepted = await b.Root.ConnectAsync("first", "not");
        var elsewhere = await b.Root.ConnectAsync("third");
        a.Root.Emit("[\"one room\"]", ["first"]);
        a.Root.Emit("[\"two rooms\"]", ["first", "second"]);
        a.Root.Emit("[\"except\"]", ["first"], ["not", "neither"]);
        a.Root.Emit("[\"all except\"]", null, ["not"]);
        a.Root.Emit("[\"all\"]");
        Assert.That(await EventsAsync(inFirst, 5), Is.EqualTo(new[] { "[\"one room\"]", "[\"two rooms\"]", "[\"except\"]", "[\"all except\"]", "[\"all\"]" }));
        Assert.That(await EventsAsync(inBoth, 5), Is.EqualTo(inFirst.Events));
        Assert.That(await EventsAsync(excepted, 3), Is.EqualTo(new[] { "[\"one room\"]", "[\"two rooms\"]", "[\"all\"]" }));
        Assert.That(await EventsAsync(elsewhere, 2), Is.EqualTo(new[] { "[\"all except\"]", "[\"all\"]" }));
    }

    [Test]
    public async Task A_socket_of_another_node_is_reached_by_its_id()
    {
        var (a, b) = await JoinTwoAsync();
        var one = await b.Root.ConnectAsync();
        var other = await b.Root.ConnectAsync();
        a.Root.Emit("[\"private\"]", [one.Id]);
        a.Root.Emit("[\"rest\"]", null, [one.Id]);
        Assert.That(await EventsAsync(one, 1), Is.EqualTo(new[] { "[\"private\"]" }));
        Assert.That(await EventsAsync(other, 1), Is.EqualTo(new[] { "[\"rest\"]" }));
    }

    [TestCase("room with space")]
    [TestCase("room*[a-z]?{}\\")]
    [TestCase("raum für \"alle\" 😀")]
    [TestCase("twenty characters ok")]
    [TestCase("42")]
    [TestCase("#")]
    public async Task A_room_may_have_any_name(string name)
    {
        var (a, b) = await JoinTwoAsync();
        var member = await b.Root.ConnectAsync(name);
        var other = await b.Root.ConnectAsync("rooma", "room");
        a.Root.Emit("[\"in\"]", [name]);
        a.Root.Emit("[\"all\"]");
        Assert.That(await EventsAsync(member, 2), Is.EqualTo(new[] { "[\"in\"]", "[\"all\"]" }));
        Assert.That(await EventsAsync(other, 1), Is.EqualTo(new[] { "[\"all\"]" }));
    }

    [TestCase("[\"e\"]")]
    [TestCase("[\"e\",null,true,false,0,-1,1.5,\"\",[],{}]")]
    [TestCase("[\"e\",\"\\u0000 \\\" \\\\ ü € 😀 \u2028\"]")]
    [TestCase("[\"e\",9007199254740991,-9007199254740991,4294967296,-2147483649]")]
    [TestCase("[\"e\",{\"a\":[{\"b\":{\"c\":[1,[2,[3]]]}}]}]")]
    [TestCase("[\"'; DROP TABLE $1 -- %s\",\"%\",\"'\"]")]
    public async Task An_event_arrives_as_it_was_sent(string json)
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        a.Root.Emit(json);
        Assert.That(await EventsAsync(socket, 1), Is.EqualTo(new[] { json }));
    }

    [Test]
    public async Task Binary_data_arrives_in_its_place()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        var all = Enumerable.Range(0, 256).Select(static value => (byte)value).ToArray();
        a.Root.Emit("""["e",{"_placeholder":true,"num":0},{"a":[{"_placeholder":true,"num":1}]}]""", attachments: [all, Array.Empty<byte>()]);
        Assert.That(await EventsAsync(socket, 1), Is.EqualTo(new[] { """["e",{"_placeholder":true,"num":0},{"a":[{"_placeholder":true,"num":1}]}]""" }));
        var attachments = socket.Messages[0].Data.Attachments.ToArray();
        Assert.That(attachments.Select(static one => one.ToArray()), Is.EqualTo(new[] { all, [] }));
    }

    [Test]
    public async Task Flags_arrive()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        BroadcastFlags[] flags = [default, new() { Compress = false }, new() { Compress = true }, new() { IsVolatile = true, Compress = false }];
        foreach (var one in flags)
            a.Root.Emit("[\"e\"]", flags: one);
        await EventsAsync(socket, 4);
        Assert.That(socket.Messages.Select(static message => message.Flags), Is.EquivalentTo(flags));
    }

    [Test]
    public async Task Ten_thousand_events_of_one_sender_arrive_in_its_order_and_each_once()
    {
        const int Count = 10_000;
        var (a, b, c) = await JoinThreeAsync();
        var inB = await b.Root.ConnectAsync("room");
        var inC = await c.Root.ConnectAsync("room");
        for (var i = 0; i < Count; i++)
        {
            // by the ways that a backplane may have: to all, to one room, to rooms, with binary data
            var rooms = (i % 4) switch { 1 => ["room"], 2 => new[] { "room", "other" }, _ => null };
            if (i % 10 == 9)
                a.Root.Emit($"[\"e\",{i},{{\"_placeholder\":true,\"num\":0}}]", rooms, attachments: Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
            else
                a.Root.Emit($"[\"e\",{i}]", rooms);
        }
        foreach (var socket in (TestSocket[])[inB, inC])
        {
            var events = await EventsAsync(socket, Count);
            await SettleAsync(a.Root, b.Root, c.Root);
            Assert.That(events.Select(NumberOf), Is.EqualTo(Enumerable.Range(0, Count)));
            Assert.That(socket.EventCount, Is.EqualTo(Count));
        }
    }

    [Test]
    public async Task Several_senders_at_once_keep_each_its_order()
    {
        const int Count = 2_000;
        var (a, b, c) = await JoinThreeAsync();
        var socket = await c.Root.ConnectAsync("room");
        await Task.WhenAll(new[] { a, b }.Select((node, index) => Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
                node.Root.Emit($"[\"{index}\",{i}]", i % 2 == 0 ? ["room"] : null);
        })));
        var events = await EventsAsync(socket, 2 * Count);
        foreach (var sender in (string[])["0", "1"])
            Assert.That(events.Where(json => json.StartsWith($"[\"{sender}\"", StringComparison.Ordinal)).Select(NumberOf), Is.EqualTo(Enumerable.Range(0, Count)));
    }

    [Test]
    public async Task A_megabyte_arrives_as_text_and_as_bytes()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        var bytes = new byte[1_000_000];
        new Random(1).NextBytes(bytes);
        var text = $"[\"text\",\"{new string('x', 1_000_000)}\"]";
        a.Root.Emit(text);
        a.Root.Emit("[\"bytes\",{\"_placeholder\":true,\"num\":0}]", attachments: bytes);
        a.Root.Emit("[\"small\"]");
        var events = await EventsAsync(socket, 3);
        Assert.That(events[0] == text);
        Assert.That(socket.Messages[1].Data.Attachments[0].Span.SequenceEqual(bytes));
        Assert.That(events[2], Is.EqualTo("[\"small\"]"));
    }

    private static int NumberOf(string json) =>
        int.Parse(json.Split(',')[1].TrimEnd(']'), CultureInfo.InvariantCulture);
}
