using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.EmitCheatSheet;

/// <summary>What arguments arrive as.</summary>
public sealed class ArgumentTests
{
    private TestServer _server = null!;
    private Connection _connection = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync()
    {
        _server = await TestServer.StartSocketIoAsync();
        _connection = await _server.ConnectAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task None_to_three_arguments_keep_their_types()
    {
        var socket = _connection.Socket;
        await socket.EmitAsync("e");
        Assert.That(await NextAsync(), Is.EqualTo("e()"));
        await socket.EmitAsync("e", 1);
        Assert.That(await NextAsync(), Is.EqualTo("e(1)"));
        await socket.EmitAsync("e", "two", true);
        Assert.That(await NextAsync(), Is.EqualTo("e(two, True)"));
        await socket.EmitAsync("e", 1.5, (string?)null, new { three = new[] { 3 } });
        Assert.That(await NextAsync(), Is.EqualTo("""e(1.5, , {"three":[3]})"""));
    }

    [Test]
    public async Task Four_arguments_in_brackets_are_four_mixed_as_they_may_be()
    {
        await _connection.Socket.EmitAsync("hello", [1, "2", new { three = "4" }, new byte[] { 5 }]);
        var hello = await _connection.Client.NextEventAsync("hello");
        Assert.Multiple(() =>
        {
            Assert.That(hello.Args, Has.Length.EqualTo(4));
            Assert.That(hello.Args[0].GetInt32(), Is.EqualTo(1));
            Assert.That(hello.Args[1].GetString(), Is.EqualTo("2"));
            Assert.That(hello.Args[2].GetRawText(), Is.EqualTo("""{"three":"4"}"""));
            Assert.That(hello.Args[3].GetBinary(), Is.EqualTo(new byte[] { 5 }));
        });
    }

    [Test]
    public async Task An_array_of_strings_is_one_argument()
    {
        var names = new[] { "ann", "bob" };
        await _connection.Socket.EmitAsync("names", names);
        await _server.Io.EmitAsync("names", names);
        await _server.Io.To(_connection.Socket.Id).EmitAsync("names", (object)names);
        for (var i = 0; i < 3; i++)
            Assert.That((await _connection.Client.NextEventAsync("names")).Args.Single().GetRawText(), Is.EqualTo("""["ann","bob"]"""));
    }

    [Test]
    public async Task Objects_are_written_in_camelCase_and_text_as_it_is()
    {
        await _server.Io.EmitAsync("person", new { FirstName = "Änne €", Tags = new List<string> { "<b>" } });
        var person = await _connection.Client.NextEventAsync("person");
        Assert.That(person.Args.Single().GetRawText(), Is.EqualTo("""{"firstName":"Änne €","tags":["<b>"]}"""));
    }

    [Test]
    public async Task Every_kind_of_memory_is_binary()
    {
        byte[] bytes = [1, 2, 3, 4];
        await _server.Io.EmitAsync("binary", [bytes, bytes.AsMemory(1), (ReadOnlyMemory<byte>)bytes.AsMemory(2), new ArraySegment<byte>(bytes, 0, 1)]);
        var binary = await _connection.Client.NextEventAsync("binary");
        Assert.That(
            binary.Args.Select(argument => argument.GetBinary()),
            Is.EqualTo(new[] { bytes, bytes[1..], bytes[2..], bytes[..1] }));
    }

    [TestCase("connect")]
    [TestCase("connect_error")]
    [TestCase("disconnect")]
    [TestCase("disconnecting")]
    [TestCase("newListener")]
    [TestCase("removeListener")]
    public void A_reserved_name_is_refused_everywhere_and_the_argument_named(string name)
    {
        var io = _server.Io;
        var socket = _connection.Socket;
        Func<Task>[] emits =
        [
            () => socket.EmitAsync(name).AsTask(),
            () => socket.EmitAsync(name, 1, 2, 3).AsTask(),
            () => socket.Volatile.EmitAsync(name).AsTask(),
            () => socket.Broadcast.EmitAsync(name, 1).AsTask(),
            () => socket.EmitWithAckAsync<int>(name),
            () => io.EmitAsync(name, [1, 2, 3, 4]).AsTask(),
            () => io.To("room").EmitAsync(name).AsTask(),
            () => io.EmitWithAckAsync<int>(name),
            () => io.Of("/other").EmitAsync(name).AsTask(),
            () => io.ServerSideEmitAsync(name).AsTask(),
            () => io.ServerSideEmitWithAckAsync<int>(name),
        ];
        Assert.Multiple(() =>
        {
            foreach (var emit in emits)
                Assert.That(() => emit(), Throws.ArgumentException.With.Property("ParamName").EqualTo("eventName").And.Message.Contains(name));
        });
    }

    [Test]
    public void An_event_without_a_name_is_refused() =>
        Assert.That(() => _server.Io.EmitAsync(null!).AsTask(), Throws.InstanceOf<ArgumentNullException>());

    private async Task<string> NextAsync() => (await _connection.Client.NextEventAsync("e")).ToString();
}
