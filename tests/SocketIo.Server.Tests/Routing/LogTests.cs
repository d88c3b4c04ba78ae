using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class LogTests
{
    [Test]
    public void A_refusal_is_one_line_with_the_socket_and_the_reason()
    {
        using var server = new InMemoryServer();
        var id = "";
        server.Io.Use(socket =>
        {
            id = socket.Id;
            return ConnectResult.Refuse("bad token");
        });
        server.Open().Send("40");
        var line = Lines(server, LogLevel.Information).Single();
        Assert.That(line, Does.Contain(id).And.Contain("of session").And.Contain("bad token").And.Contain("namespace /"));
    }

    [Test]
    public void A_namespace_that_does_not_exist_is_one_line_in_one_row()
    {
        using var server = new InMemoryServer(options => options.MaxNamespaceLength = 1_000);
        server.Open().Send("40/un\nknown" + new string('x', 900) + ",");
        var line = Lines(server, LogLevel.Information).Single();
        Assert.That(line, Does.Contain("/un?known").And.Contain("Invalid namespace"));
        Assert.That(line, Has.Length.LessThan(300));
    }

    [TestCase(nameof(SocketIoOptions.MaxArguments), """42["ev",1,2,3]""")]
    [TestCase(nameof(SocketIoOptions.MaxAttachments), """453-["ev"]""")]
    [TestCase(nameof(SocketIoOptions.MaxAttachmentBytes), """451-["ev",{"_placeholder":true,"num":0}]""")]
    [TestCase(nameof(SocketIoOptions.AttachmentTimeout), """452-["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""")]
    [TestCase(nameof(SocketIoOptions.MaxNamespaceLength), "40/a-name-that-is-long,")]
    [TestCase(nameof(SocketIoOptions.MaxNamespaces), "40/other,")]
    [TestCase(nameof(SocketIoOptions.ConnectTimeout), "")]
    public async Task What_a_limit_refuses_is_one_line_that_names_the_option(string option, string packet)
    {
        using var server = new InMemoryServer(options =>
        {
            options.MaxArguments = 2;
            options.MaxAttachments = 2;
            options.MaxAttachmentBytes = 10;
            options.MaxNamespaceLength = 10;
            options.MaxNamespaces = option == nameof(SocketIoOptions.MaxNamespaces) ? 1 : 2;
        });
        if (packet.Length == 0)
            server.Open();
        else if (option == nameof(SocketIoOptions.AttachmentTimeout))
            server.Connect().Client.Send(packet, [1]);
        else
            server.Connect().Client.Send(packet, packet.StartsWith("451", StringComparison.Ordinal) ? [new byte[11]] : []);
        server.Clock.Advance(TimeSpan.FromSeconds(50));
        await Deadlines.Eventually(() => server.Log.Entries.Any(entry => entry.Level == LogLevel.Information));
        Assert.That(server.Log.Entries.Single(entry => entry.Level == LogLevel.Information).Message, Does.Contain(option));
    }

    [TestCase("42/never,[\"ev\"]", "an event packet for /never, which is not joined")]
    [TestCase("41/never,", "a disconnect packet for /never, which is not joined")]
    [TestCase("44", "a connect error packet for /, which is not joined")]
    [TestCase("40", "a second connect packet for /")]
    public void A_packet_that_is_out_of_place_is_one_line_with_session_and_socket(string packet, string reason)
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        client.Send(packet);
        var line = server.Log.Entries.Single(entry => entry.Level == LogLevel.Information).Message;
        Assert.That(line, Is.EqualTo($"Session {client.Session.Label} (socket {socket.Id} of /) is closed: forced server close ({reason})."));
        Assert.That(client.All().Last(), Is.EqualTo($"close 1002 {reason}"));
    }

    [Test]
    public void The_reason_of_a_close_has_room_for_long_names()
    {
        using var server = new InMemoryServer();
        var (client, _) = server.Connect();
        client.Send("46/" + new string('\u20ac', 100) + ",0[]");
        Assert.That(client.All().Last(), Does.Match("^close 100. .+"));
    }

    [TestCase("acknowledgement")]
    [TestCase("token")]
    [TestCase("linked token")]
    public async Task A_handler_that_ends_with_its_socket_is_no_error(string wait)
    {
        using var server = new InMemoryServer();
        var errors = 0;
        server.Io.OnError((_, _, _) => { errors++; });
        var ended = new TaskCompletionSource();
        server.Io.On("wait", async (Socket socket) =>
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(socket.Disconnection);
            try
            {
                await (wait switch
                {
                    "acknowledgement" => socket.EmitWithAckAsync<int>("a"),
                    "token" => Task.Delay(Timeout.Infinite, socket.Disconnection),
                    _ => Task.Delay(Timeout.Infinite, linked.Token),
                });
            }
            finally
            {
                ended.SetResult();
            }
        });
        var (client, socket) = server.Connect();
        client.Emit("wait");
        client.Lose();
        await ended.Task.WithDeadline();
        await Deadlines.Eventually(() => server.Log.Entries.Any(entry => entry.Level == LogLevel.Debug && entry.Message.Contains("has gone", StringComparison.Ordinal)));
        Assert.That(errors, Is.Zero);
        Assert.That(Lines(server, LogLevel.Debug).Single(line => line.Contains("has gone", StringComparison.Ordinal)), Does.Contain(socket.Id).And.Contain("wait"));
    }

    [Test]
    public async Task A_cancellation_while_the_socket_is_connected_and_the_end_of_another_socket_are_errors()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("A handler of cancel threw");
        server.Log.Expect("A handler of other threw");
        var errors = new List<string>();
        var (other, otherSocket) = server.Connect();
        server.Io.OnError((_, _, name) => errors.Add(name));
        server.Io.On("cancel", (Socket _) => Task.FromCanceled(new CancellationToken(canceled: true)));
        server.Io.On("other", async (Socket _) => await otherSocket.EmitWithAckAsync<int>("a"));
        var (client, _) = server.Connect();
        client.Emit("cancel");
        client.Emit("other");
        other.Lose();
        await Deadlines.Eventually(() => errors.Count == 2);
        Assert.That(errors, Is.EqualTo((string[])["cancel", "other"]));
    }

    [Test]
    public async Task Middleware_that_ends_with_its_connection_is_no_error()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<ConnectResult>();
        server.Io.Use(_ => gate.Task);
        var client = server.Open();
        client.Send("40");
        client.Lose();
        gate.SetCanceled();
        await Deadlines.Eventually(() => Lines(server, LogLevel.Debug).Any(line => line.StartsWith("Middleware of the namespace /", StringComparison.Ordinal)));
    }

    [Test]
    public void Every_line_about_a_socket_names_it()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("");
        server.Io.On("fails", (Socket _) => throw new InvalidOperationException());
        server.Io.On("typed", (Socket _, int _) => { });
        server.Io.OnRoomJoined((_, _) => Fail());
        server.Io.OnError((_, _, _) => throw new InvalidOperationException());
        var (client, socket) = server.Connect();
        client.Emit("fails");
        client.Emit("typed", "\"text\"");
        client.Emit("nobody's");
        _ = server.Io.EmitWithAckAsync<int>("question");
        client.Send("430[\"text\"]");
        var lines = server.Log.Entries.Where(entry => entry.Category == "SocketIo").ToArray();
        Assert.That(lines.Select(line => line.Id).Distinct(), Is.SupersetOf((int[])[10, 11, 12, 13, 14, 16]));
        Assert.That(lines.Select(line => line.Message), Is.All.Contains(socket.Id));
    }

    [TestCase("an event with a bad argument", "42[\"typed\",\"text\"]", LogLevel.Warning)]
    [TestCase("an unknown namespace", "40/unknown,", LogLevel.Information)]
    [TestCase("a refusal by middleware", "40/closed,", LogLevel.Information)]
    [TestCase("a room too many", "42[\"join\",\"b\"]", LogLevel.Warning)]
    public void A_client_that_goes_on_has_few_lines_and_the_number_of_the_others_at_its_end(string cause, string packet, LogLevel level)
    {
        using var server = new InMemoryServer(options => options.MaxRooms = 1);
        server.Log.Expect("");
        server.Io.On("typed", (Socket _, int _) => { });
        server.Io.On("join", (Socket socket, string room) => socket.JoinAsync(room).AsTask());
        server.Io.Of("/closed").Use(_ => ConnectResult.Refuse("closed"));
        var (client, socket) = server.Connect();
        socket.JoinAsync("a").AsTask().Wait();
        for (var i = 0; i < 100; i++)
            client.Send(packet);
        var lines = Written();
        Assert.That(lines.Take(5).Select(line => line.Category), Is.All.EqualTo("SocketIo"), cause);
        Assert.That(lines[5].Message, Does.StartWith("No more lines about"));
        Assert.That(lines, Has.Length.EqualTo(6).And.All.Property("Exception").Null);

        var (other, _) = server.Connect();
        other.Send("42[\"typed\",\"text\"]");
        Assert.That(server.Log.Entries.Last().Message, Does.StartWith("The event typed"), "the next one has lines of its own");
        client.Lose();
        Assert.That(Written().Last().Message, Does.Match("^Session .* has ended; 95 more lines about .* were not written"));

        LogEntry[] Written() => [.. server.Log.Entries.Where(entry => entry.Level == level)];
    }

    [Test]
    public async Task An_acknowledgement_that_does_not_come_ends_a_handler_with_a_warning_without_a_stack_trace()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("A handler of ask did not complete");
        var errors = 0;
        server.Io.OnError((_, _, _) => { Interlocked.Increment(ref errors); });
        server.Io.On("ask", async (Socket socket) => await socket.Timeout(TimeSpan.FromSeconds(1)).EmitWithAckAsync<int>("question"));
        var (client, _) = server.Connect();
        client.Emit("ask");
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await Deadlines.Eventually(() => Volatile.Read(ref errors) == 1);
        var line = server.Log.Entries.Single(entry => entry.Level >= LogLevel.Warning);
        Assert.That((line.Level, line.Exception), Is.EqualTo((LogLevel.Warning, (Exception?)null)));
    }

    [Test]
    public void A_logger_that_throws_disturbs_nothing()
    {
        using var server = new InMemoryServer(
            services: services => services.AddSingleton<ILoggerProvider, FailingLoggers>());
        server.Log.Expect("");
        server.Io.Of("/b");
        server.Io.On("fails", (Socket _) => throw new InvalidOperationException());
        server.Io.OnDisconnecting((_, _) => throw new InvalidOperationException());
        server.Io.OnDisconnect((_, _) => throw new InvalidOperationException());
        var client = server.Open();
        var main = client.Join();
        var other = client.Join("/b");
        client.Send("40/nobody,");
        client.Emit("fails");
        client.Emit("nobody's");
        Assert.That(main.IsConnected && other.IsConnected);
        client.Lose();
        Assert.That(main.IsConnected || other.IsConnected, Is.False);
        Assert.That(server.Io.Sockets.Count + server.Io.Of("/b").Sockets.Count, Is.Zero);
    }

    private static void Fail() => throw new InvalidOperationException();

    private static IEnumerable<string> Lines(InMemoryServer server, LogLevel level) =>
        server.Log.Entries.Where(entry => entry.Level == level && entry.Category == "SocketIo").Select(entry => entry.Message);

    private sealed class FailingLoggers : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("the disk is full");

        public void Dispose()
        {
        }
    }
}
