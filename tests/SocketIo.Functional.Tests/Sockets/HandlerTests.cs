using System.Text.Json;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>What handlers take and what they answer, packet by packet.</summary>
public sealed class HandlerTests
{
    private TestServer _server = null!;
    private RawClient _raw = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        _server = await TestServer.StartSocketIoAsync(io => io.On("answer me", (Socket _) => true));
        _raw = await RawClient.OpenAsync(_server);
        await _raw.JoinAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _raw.DisposeAsync();
        await _server.DisposeAsync();
    }

    [TestCase("""["e"]""", """[null,null,null]""")]
    [TestCase("""["e","a"]""", """["a",null,null]""")]
    [TestCase("""["e","a",1]""", """["a",1,null]""")]
    [TestCase("""["e","a",1,true]""", """["a",1,true]""")]
    [TestCase("""["e","a",1,true,"more",{"x":[2]}]""", """["a",1,true]""")]
    public async Task Arguments_that_may_be_missing_are_null_and_further_ones_are_not_read(string sent, string answer)
    {
        _server.Io.On("e", (Socket _, string? text, int? number, bool? flag) => new AckArguments(text, number, flag));
        Assert.That(await AskAsync(sent), Is.EqualTo(answer));
    }

    [TestCase("int", "[42]")]
    [TestCase("task of int", "[42]")]
    [TestCase("later", "[42]")]
    [TestCase("null", "[null]")]
    [TestCase("nothing", "[]")]
    [TestCase("task", "[]")]
    [TestCase("task later", "[]")]
    [TestCase("several", """[1,"two",{"three":3}]""")]
    [TestCase("several later", """[]""")]
    [TestCase("element", """[{"a":1}]""")]
    [TestCase("array", """[[1,2]]""")]
    public async Task A_handler_s_result_is_the_acknowledgement_whatever_its_shape(string name, string answer)
    {
        var io = _server.Io;
        io.On("int", (Socket _) => 42);
        io.On("task of int", (Socket _) => Task.FromResult(42));
        io.On("later", async (Socket _) =>
        {
            await Task.Yield();
            return 42;
        });
        io.On("null", (Socket _) => (string?)null);
        io.On("nothing", (Socket _) => { });
        io.On("task", (Socket _) => Task.CompletedTask);
        io.On("task later", async (Socket _) => await Task.Yield());
        io.On("several", (Socket _) => new AckArguments(1, "two", new { three = 3 }));
        io.On("several later", async (Socket _) =>
        {
            await Task.Yield();
            return new AckArguments();
        });
        io.On("element", (Socket _) => JsonElement.Parse("""{"a":1}"""));
        io.On("array", (Socket _) => new[] { 1, 2 });
        Assert.That(await AskAsync($"[\"{name}\"]"), Is.EqualTo(answer));
    }

    [Test]
    public async Task A_handler_of_any_number_of_arguments_reads_them_itself()
    {
        _server.Io.On("many", (Socket _, IncomingEvent e) => Task.FromResult($"{e.Count} {e.Get<int>(3)} {e.Get<string>(4)} {e.Get<string>(9)}"));
        Assert.That(await AskAsync("""["many",0,1,2,3,"four"]"""), Is.EqualTo("""["5 3 four "]"""));
    }

    [TestCase("""["number","text"]""", "number", 0)]
    [TestCase("""["number",null]""", "number", 0)]
    [TestCase("""["number",1.5]""", "number", 0)]
    [TestCase("""["number",99999999999]""", "number", 0)]
    [TestCase("""["person","ann"]""", "person", 0)]
    [TestCase("""["person",{"age":"old"}]""", "person", 0)]
    [TestCase("""["two",1,[]]""", "two", 1)]
    public async Task An_argument_of_another_type_is_an_error_of_the_event_and_the_connection_goes_on(string sent, string name, int index)
    {
        var errors = new Signal<(Exception, string)>();
        var handled = false;
        _server.Log.Expect($"The event {name} from socket {_server.Io.Sockets.Keys.Single()} of the namespace / was not handled");
        _server.Io.OnError((_, exception, eventName) => errors.Set((exception, eventName)));
        _server.Io.On("number", (Socket _, int _) => handled = true);
        _server.Io.On("person", (Socket _, Person _) => handled = true);
        _server.Io.On("two", (Socket _, int _, string _) => handled = true);
        await _raw.SendAsync("427" + sent);
        var (exception, eventName) = await errors.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(exception, Is.InstanceOf<EventArgumentException>());
            Assert.That(((EventArgumentException)exception).Index, Is.EqualTo(index));
            Assert.That(((EventArgumentException)exception).EventName, Is.EqualTo(name));
            Assert.That(eventName, Is.EqualTo(name));
            Assert.That(_server.Log.Entries.Count(entry => entry.Level == LogLevel.Warning), Is.EqualTo(1));
        });

        // the next answer is the next event's: the failed one got none
        Assert.That(await AskAsync("""["answer me"]"""), Is.EqualTo("[true]"));
        Assert.That(handled, Is.False);
    }

    [TestCase("sync")]
    [TestCase("async")]
    public async Task A_handler_that_throws_gives_no_answer_is_told_and_logged(string name)
    {
        var errors = new Signal<string>();
        _server.Log.Expect("broken " + name);
        _server.Io.OnError((_, exception, eventName) => errors.Set($"{eventName}: {exception.Message}"));
        _server.Io.Sockets.Values.Single().OnError(exception => errors.Set("own: " + exception.Message));
        _server.Io.On("sync", Throw);
        _server.Io.On("async", async (Socket _) =>
        {
            await Task.Yield();
            return Throw(_);
        });
        await _raw.SendAsync($"427[\"{name}\"]");
        Assert.That(await errors.NextAsync(), Is.EqualTo($"{name}: broken {name}"));
        Assert.That(await errors.NextAsync(), Is.EqualTo($"own: broken {name}"));
        Assert.That(await AskAsync("""["answer me"]"""), Is.EqualTo("[true]"));
        Assert.That(_server.Log.Entries.Single(entry => entry.Level == LogLevel.Error).Exception?.Message, Is.EqualTo("broken " + name));

        int Throw(Socket socket) => throw new InvalidOperationException("broken " + name);
    }

    [Test]
    public async Task An_error_handler_that_throws_is_logged_and_the_connection_goes_on()
    {
        _server.Log.Expect("broken");
        _server.Io.OnError((_, _, _) => throw new InvalidOperationException("broken, too"));
        _server.Io.On("e", (Socket _) => throw new InvalidOperationException("broken"));
        await _raw.SendAsync("""42["e"]""");
        Assert.That(await AskAsync("""["answer me"]"""), Is.EqualTo("[true]"));
        Assert.That(_server.Log.Entries.Count(entry => entry.Level == LogLevel.Error), Is.EqualTo(2));
    }

    [Test]
    public async Task Of_several_handlers_all_run_and_the_first_result_is_the_acknowledgement()
    {
        var heard = new List<string>();
        _server.Io.On("e", (Socket _) => heard.Add("without result"));
        _server.Io.On("e", (Socket _) =>
        {
            heard.Add("first");
            return 1;
        });
        _server.Io.On("e", (Socket _) =>
        {
            heard.Add("second");
            return 2;
        });
        Assert.That(await AskAsync("""["e"]"""), Is.EqualTo("[1]"));
        Assert.That(await AskAsync("""["answer me"]"""), Is.EqualTo("[true]"));
        Assert.That(heard, Is.EqualTo(new[] { "without result", "first", "second" }));
    }

    [Test]
    public async Task One_of_several_handlers_that_throws_keeps_nothing_from_the_others()
    {
        _server.Log.Expect("broken");
        _server.Io.On("e", (Socket _) => throw new InvalidOperationException("broken"));
        _server.Io.On("e", (Socket _) => 2);
        Assert.That(await AskAsync("""["e"]"""), Is.EqualTo("[2]"));
    }

    [Test]
    public async Task An_event_that_nobody_handles_is_ignored_and_logged_for_who_looks()
    {
        await _raw.SendAsync("""427["unheard",1]""");
        Assert.That(await AskAsync("""["answer me"]"""), Is.EqualTo("[true]"));
        Assert.That(
            _server.Log.Entries.Single(entry => entry.Message.Contains("unheard", StringComparison.Ordinal)),
            Has.Property("Level").EqualTo(LogLevel.Debug).And.Property("Category").EqualTo("SocketIo"));
    }

    [Test]
    public async Task Names_are_told_apart_whatever_their_letters_and_escapes()
    {
        _server.Io.On("grüße", (Socket _) => 1);
        _server.Io.On("Grüße", (Socket _) => 2);
        _server.Io.On("", (Socket _) => 3);
        _server.Io.On("__proto__", (Socket _) => 4);
        _server.Io.On("a\"b", (Socket _) => 5);
        Assert.That(await AskAsync("""["grüße"]"""), Is.EqualTo("[1]"));
        Assert.That(await AskAsync("""["gr\u00fc\u00dfe"]"""), Is.EqualTo("[1]"));
        Assert.That(await AskAsync("""["Grüße"]"""), Is.EqualTo("[2]"));
        Assert.That(await AskAsync("""[""]"""), Is.EqualTo("[3]"));
        Assert.That(await AskAsync("""["__proto__"]"""), Is.EqualTo("[4]"));
        Assert.That(await AskAsync("""["a\"b"]"""), Is.EqualTo("[5]"));
    }

    private async Task<string> AskAsync(string packet)
    {
        await _raw.SendAsync("423" + packet);
        var answer = await _raw.ReceiveAsync();
        Assert.That(answer, Does.StartWith("433["));
        return answer[3..];
    }

    private sealed record Person(string Name, int Age);
}
