using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class HandlerClassTests
{
    [Test]
    public void Each_event_has_an_instance_and_a_scope_of_its_own()
    {
        using var server = Serve(out var journal);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "add", "1", "2");
        client.EmitWithAck(2, "add", "3", "4");
        Assert.That(client.All(), Is.EqualTo((string[])["431[3]", "432[7]"]));
        Assert.That(journal.Lines, Is.EqualTo((string[])["add 1", "handlers disposed", "scope 1 disposed", "add 2", "handlers disposed", "scope 2 disposed"]));
    }

    [Test]
    public async Task The_scope_lives_until_an_asynchronous_handler_has_ended()
    {
        using var server = Serve(out var journal);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "wait");
        Assert.That(journal.Lines, Is.EqualTo((string[])["wait 1"]));
        journal.Gate.SetResult();
        Assert.That(await client.NextAsync(), Is.EqualTo("431[]"));
        await Deadlines.Eventually(() => journal.Lines.Count == 3);
        Assert.That(journal.Lines, Is.EqualTo((string[])["wait 1", "handlers disposed", "scope 1 disposed"]));
    }

    [TestCase("throw")]
    [TestCase("throwLater")]
    [TestCase("throwResult")]
    public void The_scope_is_disposed_also_when_the_handler_throws(string name)
    {
        using var server = Serve(out var journal);
        server.Log.Expect("threw");
        var (client, _) = server.Connect();
        client.EmitWithAck(1, name);
        Assert.That(journal.Lines, Is.EqualTo((string[])[name + " 1", "handlers disposed", "scope 1 disposed"]));
        Assert.That(client.All(), Is.Empty);
    }

    [Test]
    public void An_argument_that_does_not_convert_makes_no_instance()
    {
        using var server = Serve(out var journal);
        server.Log.Expect("was not handled");
        server.Connect().Client.EmitWithAck(1, "add", "\"x\"", "2");
        Assert.That(journal.Lines, Is.Empty);
    }

    [Test]
    public void Events_of_any_number_of_arguments_are_mapped()
    {
        using var server = Serve(out _);
        var (client, socket) = server.Connect();
        client.EmitWithAck(1, "zero");
        client.EmitWithAck(2, "one", "\"a\"");
        client.EmitWithAck(3, "three", "1", "2", "3");
        Assert.That(client.All(), Is.EqualTo((string[])[$"431[\"{socket.Id}\"]", "432[\"a\"]", "433[6]"]));
    }

    [TestCase("handlers")]
    [TestCase("service")]
    public void A_disposal_that_throws_takes_no_acknowledgement_and_is_logged_as_what_it_is(string who)
    {
        using var server = Serve(new Disposals { Failing = who });
        server.Log.Expect("threw when it was disposed");
        var errors = new List<Exception>();
        server.Io.OnError((_, exception, _) => errors.Add(exception));
        var (client, socket) = server.Connect();
        client.EmitWithAck(1, "double", "3");
        Assert.That(client.All(), Is.EqualTo((string[])["431[6]"]));
        var line = server.Log.Entries.Single(static entry => entry.Level is LogLevel.Error);
        Assert.That(line.Message, Does.Contain("double").And.Contain(socket.Id));
        Assert.That(line.Exception?.Message, Is.EqualTo(who + " failed"));
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void A_handler_that_throws_is_told_also_when_its_disposal_throws_or_hangs([Values("handlers", "service", null)] string? who)
    {
        using var server = Serve(new Disposals { Failing = who, Hanging = who is null ? "service" : null });
        server.Log.Expect("threw when it was disposed");
        server.Log.Expect("A handler of throw threw");
        var errors = new List<string>();
        server.Io.OnError((_, exception, name) => errors.Add($"{name}: {exception.Message}"));
        server.Connect().Client.EmitWithAck(1, "throw");
        Assert.That(errors, Is.EqualTo((string[])["throw: of the handler"]));
    }

    [TestCase("handlers")]
    [TestCase("service")]
    public async Task A_disposal_that_hangs_holds_up_the_next_event_only(string who)
    {
        var disposals = new Disposals { Hanging = who };
        using var server = Serve(disposals);
        var (client, _) = server.Connect();
        client.EmitWithAck(1, "double", "3");
        Assert.That(client.All(), Is.EqualTo((string[])["431[6]"]));
        client.EmitWithAck(2, "double", "4");
        Assert.That(client.All(), Is.Empty);
        disposals.Gate.SetResult();
        Assert.That(await client.NextAsync(), Is.EqualTo("432[8]"));
    }

    private static InMemoryServer Serve(Disposals disposals)
    {
        var server = new InMemoryServer(services: services => services.AddSingleton(disposals).AddScoped<FragileService>());
        server.Io.AddHandlers<FragileHandlers>();
        return server;
    }

    // The services are disposed asynchronously only, which a scope that is disposed synchronously refuses.
    private static InMemoryServer Serve(out Journal journal)
    {
        var made = new Journal();
        var server = new InMemoryServer(services: services => services.AddSingleton(made).AddScoped<Resource>());
        server.Io.AddHandlers<Handlers>();
        Assert.That(made.Lines, Is.Empty, "nothing is made for the registration");
        journal = made;
        return server;
    }

    private sealed class Journal
    {
        private int _scopes = 1;

        public List<string> Lines { get; } = [];

        public TaskCompletionSource Gate { get; } = new();

        public int NextScope() => _scopes++;
    }

    private sealed class Resource(Journal journal) : IAsyncDisposable
    {
        public int Number { get; } = journal.NextScope();

        public ValueTask DisposeAsync()
        {
            journal.Lines.Add($"scope {Number} disposed");
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Which disposal fails, and which waits.</summary>
    private sealed class Disposals
    {
        public string? Failing { get; init; }

        public string? Hanging { get; init; }

        public TaskCompletionSource Gate { get; } = new();

        public async ValueTask Dispose(string who)
        {
            if (who == Hanging)
                await Gate.Task;
            if (who == Failing)
                throw new InvalidOperationException(who + " failed");
        }
    }

    private sealed class FragileService(Disposals disposals) : IAsyncDisposable
    {
        public int Factor => 2;

        public ValueTask DisposeAsync() => disposals.Dispose("service");
    }

    private sealed class FragileHandlers(Disposals disposals, FragileService service) : ISocketHandlers<FragileHandlers>, IAsyncDisposable
    {
        public static void Map(EventMap<FragileHandlers> events) => events
            .On("double", static (FragileHandlers handlers, Socket _, int value) => handlers.Multiply(value))
            .On("throw", static int (FragileHandlers _, Socket _) => throw new InvalidOperationException("of the handler"));

        public ValueTask DisposeAsync() => disposals.Dispose("handlers");

        private int Multiply(int value) => value * service.Factor;
    }

    private sealed class Handlers(Journal journal, Resource resource) : ISocketHandlers<Handlers>, IAsyncDisposable
    {
        public static void Map(EventMap<Handlers> events)
        {
            events.On("add", static (Handlers handlers, Socket _, int a, int b) => handlers.Add(a, b))
                .On("wait", static (handlers, _) => handlers.Wait())
                .On("throw", static (handlers, _) => handlers.Throw())
                .On("throwLater", static (handlers, _) => handlers.ThrowLater())
                .On("throwResult", static (handlers, _) => handlers.ThrowResult())
                .On("zero", static (_, socket) => Task.FromResult(socket.Id))
                .On("one", static (Handlers _, Socket _, string a) => Task.FromResult(a))
                .On("three", static (Handlers _, Socket _, int a, int b, int c) => Task.FromResult(a + b + c));
        }

        public ValueTask DisposeAsync()
        {
            journal.Lines.Add("handlers disposed");
            return ValueTask.CompletedTask;
        }

        private Task<int> Add(int a, int b)
        {
            Note("add");
            return Task.FromResult(a + b);
        }

        private Task Wait()
        {
            Note("wait");
            return journal.Gate.Task;
        }

        private Task Throw()
        {
            Note("throw");
            throw new InvalidOperationException();
        }

        private async Task ThrowLater()
        {
            Note("throwLater");
            await Task.CompletedTask;
            throw new InvalidOperationException();
        }

        private Task<int> ThrowResult()
        {
            Note("throwResult");
            throw new InvalidOperationException();
        }

        private void Note(string what) => journal.Lines.Add($"{what} {resource.Number}");
    }
}
