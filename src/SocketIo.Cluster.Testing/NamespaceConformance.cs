namespace SocketIo.Cluster.Testing;

/// <summary>Several namespaces, also such as only some nodes have.</summary>
public abstract class NamespaceConformance : BroadcastConformance
{
    [Test]
    public async Task Namespaces_do_not_mix()
    {
        var (a, b) = await JoinTwoAsync();
        await MeetAsync(a.Of("/chat"), b.Of("/chat"));
        await MeetAsync(a.Of("/chat2"), b.Of("/chat2"));
        var root = await b.Root.ConnectAsync("room");
        var chat = await b.Of("/chat").ConnectAsync("room");
        var chat2 = await b.Of("/chat2").ConnectAsync("room");
        a.Of("/chat").Emit("[\"chat\"]", ["room"]);
        a.Of("/chat").Emit("[\"chat\"]");
        await a.Of("/chat2").DisconnectSocketsAsync([]);
        a.Root.Emit("[\"root\"]");
        await EventsAsync(chat, 2);
        await EventuallyAsync(() => !chat2.IsConnected);
        Assert.That(await EventsAsync(root, 1), Is.EqualTo(new[] { "[\"root\"]" }));
        Assert.That(chat2.Events, Is.Empty);
        Assert.That(chat.IsConnected);
    }

    [TestCase("/a b")]
    [TestCase("/a*b?[c]")]
    [TestCase("/\"quoted\"';--")]
    [TestCase("/ä€😀")]
    [TestCase("/a#b")]
    [TestCase("/UPPER")]
    public async Task A_namespace_may_have_any_name(string name)
    {
        var (a, b) = await JoinTwoAsync();
        await MeetAsync(a.Of(name), b.Of(name));
        var socket = await b.Of(name).ConnectAsync();
        var other = await b.Root.ConnectAsync();
        a.Of(name).Emit("[\"e\"]");
        await EventsAsync(socket, 1);
        await SettleAsync(a.Root, b.Root);
        Assert.That(other.Events, Is.Empty);
    }

    [Test]
    public async Task A_namespace_that_only_one_node_has_works_alone_and_is_joined_by_others_later()
    {
        var (a, b) = await JoinTwoAsync();
        var alone = a.Of("/dynamic-1");
        await alone.WhenOpen.WaitAsync(Deadline);
        alone.Emit("[\"nobody\"]");
        Assert.That((await alone.FetchSocketsAsync().WaitAsync(Deadline)).Missing.None);
        await MeetAsync(alone, b.Of("/dynamic-1"));
        var socket = await b.Of("/dynamic-1").ConnectAsync();
        alone.Emit("[\"somebody\"]");
        Assert.That(await EventsAsync(socket, 1), Is.EqualTo(new[] { "[\"somebody\"]" }));
    }

    [Test]
    public async Task Many_namespaces_work_at_once()
    {
        var (a, b) = await JoinTwoAsync();
        var names = Enumerable.Range(0, 50).Select(static i => $"/tenant-{i}").ToArray();
        foreach (var name in names)
            await MeetAsync(a.Of(name), b.Of(name));
        var sockets = await Task.WhenAll(names.Select(name => b.Of(name).ConnectAsync("room")));
        foreach (var name in names)
            a.Of(name).Emit($"[\"{name}\"]", ["room"]);
        foreach (var (name, socket) in names.Zip(sockets))
            Assert.That(await EventsAsync(socket, 1), Is.EqualTo(new[] { $"[\"{name}\"]" }));
    }
}
