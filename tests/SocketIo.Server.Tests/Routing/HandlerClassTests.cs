using Microsoft.Extensions.DependencyInjection;
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

    // The services are disposed asynchronously only, which a scope that is disposed synchronously refuses.
    private static InMemoryServer Serve(out Journal journal)
    {
        var made = new Journal();
        var server = new InMemoryServer(services: services => services.AddSingleton(made).AddScoped<Resource>());
        server.Io.AddHandlers<Handlers>();
        Assert.That(made.Lines, Is.EqualTo((string[])["handlers disposed", "scope 0 disposed"]), "registration cleans up as well");
        made.Lines.Clear();
        journal = made;
        return server;
    }

    private sealed class Journal
    {
        private int _scopes;

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

    private sealed class Handlers(Journal journal, Resource resource) : SocketHandlers<Handlers>, IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            journal.Lines.Add("handlers disposed");
            return ValueTask.CompletedTask;
        }

        protected override void Map(IEventMap<Handlers> on)
        {
            on.Event("add", static (Handlers handlers, Socket _, int a, int b) => handlers.Add(a, b))
                .Event("wait", static (handlers, _) => handlers.Wait())
                .Event("throw", static (handlers, _) => handlers.Throw())
                .Event("throwLater", static (handlers, _) => handlers.ThrowLater())
                .Event("throwResult", static (handlers, _) => handlers.ThrowResult())
                .Event("zero", static (_, socket) => Task.FromResult(socket.Id))
                .Event("one", static (Handlers _, Socket _, string a) => Task.FromResult(a))
                .Event("three", static (Handlers _, Socket _, int a, int b, int c) => Task.FromResult(a + b + c));
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
