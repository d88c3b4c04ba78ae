using System.Text.RegularExpressions;
using SocketIo.Routing;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Namespaces;

public class ChildNamespaceTests
{
    [Test]
    public void A_child_gets_what_its_pattern_has()
    {
        using var server = new InMemoryServer();
        var told = new List<string>();
        var pattern = server.Io.OfPattern("/room-{id}");
        pattern.Use(socket => socket.Namespace.Name == "/room-0" ? ConnectResult.Refuse("closed") : ConnectResult.Accept);
        pattern.OnConnection(socket => told.Add(socket.Namespace.Name));
        pattern.On("ev", (Socket socket) => socket.Namespace.Name);
        var client = server.Open();
        client.Join("/room-1");
        client.Join("/room-2");
        client.Send("""42/room-2,1["ev"]""");
        client.Send("40/room-0,");
        Assert.That(client.All(), Is.EqualTo((string[])["""43/room-2,1["/room-2"]""", """44/room-0,{"message":"closed"}"""]));
        Assert.That(told, Is.EqualTo((string[])["/room-1", "/room-2"]));
        Assert.That(pattern.Children.Select(child => child.Name), Is.EquivalentTo((string[])["/room-1", "/room-2"]));
    }

    [Test]
    public async Task An_emit_to_a_pattern_goes_to_all_its_namespaces()
    {
        using var server = new InMemoryServer();
        var pattern = server.Io.OfPattern("/room-{id}");
        var client = server.Open();
        client.Join("/room-1");
        client.Join("/room-2");
        client.Join();
        await pattern.EmitAsync("hello");
        Assert.That(client.All(), Is.EquivalentTo((string[])["""42/room-1,["hello"]""", """42/room-2,["hello"]"""]));
    }

    [Test]
    public async Task Nobody_joins_a_namespace_before_its_makers_have_been_told()
    {
        using var server = new InMemoryServer();
        using var telling = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        server.Io.OfPattern("/x-{id}");
        server.Io.OnNewNamespace(made =>
        {
            telling.Set();
            goOn.Wait(Deadlines.Default);
            Assert.That(server.Io.Of(made.Name), Is.SameAs(made));
            made.Use(_ => ConnectResult.Refuse("guarded"));
        });
        var first = server.Open();
        var second = server.Open();

        var maker = Task.Run(() => first.Send("40/x-1,"));
        telling.Wait(Deadlines.Default);
        Assert.That(server.Io.AllNamespaces.Select(made => made.Name), Has.None.EqualTo("/x-1"));
        var follower = Task.Run(() => second.Send("40/x-1,"));
        goOn.Set();
        await Task.WhenAll(maker, follower).WithDeadline();

        Assert.That(first.Next(), Does.Contain("guarded"));
        Assert.That(await second.NextAsync(), Does.Contain("guarded"));
    }

    [Test]
    public void A_handler_of_new_namespaces_may_wait_for_a_thread_that_makes_another()
    {
        using var server = new InMemoryServer();
        server.Io.OnNewNamespace(made =>
        {
            if (made.Name == "/a")
                Task.Run(() => server.Io.Of("/b")).WithDeadline().GetAwaiter().GetResult();
        });
        server.Io.Of("/a");
        Assert.That(Names(server), Is.EquivalentTo((string[])["/", "/a", "/b"]));
    }

    [Test]
    public async Task Who_waits_for_a_namespace_whose_announcement_fails_makes_it_again()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("A listener of OnNewNamespace threw for the namespace /x-1");
        server.Log.Expect("the client is refused");
        using var announcing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var times = 0;
        server.Io.OfPattern("/x-{id}");
        server.Io.OnNewNamespace(_ =>
        {
            if (++times > 1)
                return;
            announcing.Set();
            goOn.Wait(Deadlines.Default);
            throw new InvalidOperationException("first");
        });
        var first = server.Open();
        var second = server.Open();
        var maker = Task.Run(() => first.Send("40/x-1,"));
        announcing.Wait(Deadlines.Default);
        second.Send("40/x-1,");
        Assert.That(second.All(), Is.Empty);
        goOn.Set();
        await maker.WithDeadline();
        Assert.That(first.Next(), Does.StartWith("44/x-1,"));
        Assert.That(await second.NextAsync(), Does.StartWith("40/x-1,{"));
    }

    [Test]
    public void A_pattern_keeps_no_namespaces_of_clients_that_were_refused()
    {
        using var server = new InMemoryServer();
        var pattern = server.Io.OfPattern("/x-{id}");
        pattern.Use(socket => socket.Handshake.Auth.GetString("key") is "open" ? ConnectResult.Accept : ConnectResult.Refuse("no"));
        var client = server.Open();
        for (var i = 0; i < 1_000; i++)
            client.Send($"40/x-{i},");
        Assert.That(client.All(), Has.Length.EqualTo(1_000));
        Assert.That(pattern.Children, Is.Empty);
        Assert.That(Names(server), Is.EqualTo((string[])["/"]));

        var made = server.Io.Of("/x-made");
        client.Send("40/x-made,");
        client.Next();
        client.Join("/x-1", """{"key":"open"}""");
        server.Open().Send("40/x-1,");
        client.Send("41/x-1,");
        Assert.That(Names(server), Is.EquivalentTo((string[])["/", "/x-1", "/x-made"]), "the application has one, a client was in the other");
        Assert.That(server.Io.Of("/x-made"), Is.SameAs(made));
    }

    [Test]
    public void A_namespace_that_the_application_takes_while_its_only_client_is_decided_on_stays()
    {
        using var server = new InMemoryServer();
        var gate = new TaskCompletionSource<ConnectResult>();
        server.Io.OfPattern("/x-{id}").Use(_ => gate.Task);
        var client = server.Open();
        client.Send("40/x-1,");
        var taken = server.Io.Of("/x-1");
        gate.SetResult(ConnectResult.Refuse("no"));
        Assert.That(server.Io.Of("/x-1"), Is.SameAs(taken));
        Assert.That(Names(server), Does.Contain("/x-1"));
    }

    [TestCase("^/(a+)+$", TestName = "An_expression_that_would_backtrack_is_matched_without")]
    [TestCase("^/(?=a)(a+)+$", TestName = "An_expression_that_has_to_backtrack_is_given_up_in_time")]
    public async Task A_hostile_name(string expression)
    {
        using var server = new InMemoryServer();
        if (expression.Contains("?=", StringComparison.Ordinal))
            server.Log.Expect("could not be matched");
        server.Io.Of(new Regex(expression));
        var client = server.Open();
        await Task.Run(() => client.Send("40/" + new string('a', 60) + "!,")).WithDeadline();
        Assert.That(client.Next(), Does.Contain("Invalid namespace"));
        client.Join("/aaa");
        await Task.Run(() => client.Send("40/" + new string('a', 60) + "?,")).WithDeadline();
        Assert.That(server.Log.Entries.Count(entry => entry.Message.Contains("could not be matched", StringComparison.Ordinal)), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void An_exception_of_a_handler_of_new_namespaces_leaves_no_half_made_namespace()
    {
        using var server = new InMemoryServer();
        server.Log.Expect("A listener of OnNewNamespace threw for the namespace /x-1");
        server.Log.Expect("the client is refused");
        var pattern = server.Io.OfPattern("/x-{id}");
        var times = 0;
        server.Io.OnNewNamespace(_ =>
        {
            if (++times == 1)
                throw new InvalidOperationException("first");
        });
        var client = server.Open();
        client.Send("40/x-1,");
        Assert.That(client.Next(), Does.StartWith("44/x-1,"));
        Assert.That(pattern.Children, Is.Empty);
        client.Join("/x-1");
        Assert.That(times, Is.EqualTo(2));
    }

    [Test]
    public void Handlers_of_new_namespaces_are_told_once_each_in_their_order()
    {
        using var server = new InMemoryServer();
        var told = new List<string>();
        server.Io.OnNewNamespace(made => told.Add("1" + made.Name));
        server.Io.OnNewNamespace(made => told.Add("2" + made.Name));
        server.Io.Of("a");
        server.Io.Of("/a");
        server.Io.OfPattern("/x-{id}");
        var client = server.Open();
        client.Join("/x-1");
        server.Connect("/x-1");
        Assert.That(told, Is.EqualTo((string[])["1/a", "2/a", "1/x-1", "2/x-1"]));
    }

    [Test]
    public void An_empty_child_is_removed_when_the_options_say_so_and_kept_otherwise([Values] bool cleanup)
    {
        using var server = new InMemoryServer(options => options.CleanupEmptyChildNamespaces = cleanup);
        var pattern = server.Io.OfPattern("/x-{id}");
        pattern.Use(socket => socket.Namespace.Name == "/x-refused" ? ConnectResult.Refuse("no") : ConnectResult.Accept);
        server.Io.Of("/fixed");
        var (one, _) = server.Connect("/x-1");
        var (two, _) = server.Connect("/x-1");
        var (three, _) = server.Connect("/fixed");
        server.Open().Send("40/x-refused,");
        one.Send("41/x-1,");
        Assert.That(Names(server), Does.Contain("/x-1"));
        two.Lose();
        three.Lose();
        Assert.That(Names(server), Is.EquivalentTo(cleanup ? (string[])["/", "/fixed"] : ["/", "/fixed", "/x-1"]));
        Assert.That(pattern.Children.Any(), Is.EqualTo(!cleanup));

        var (again, socket) = server.Connect("/x-1");
        Assert.That(server.Io.Of("/x-1").Sockets.Values, Is.EqualTo((Socket[])[socket]));
        again.Lose();
    }

    [Test]
    public void A_join_keeps_its_namespace_while_the_last_other_leaves_and_its_middleware_runs_once()
    {
        using var server = new InMemoryServer(options => options.CleanupEmptyChildNamespaces = true);
        var gates = new Queue<TaskCompletionSource<ConnectResult>>();
        server.Io.OfPattern("/x-{id}").Use(_ =>
        {
            gates.Enqueue(new TaskCompletionSource<ConnectResult>());
            return gates.Last().Task;
        });
        var leaver = server.Open();
        var joiner = server.Open();
        var refused = server.Open();
        leaver.Send("40/x-1,");
        gates.Dequeue().SetResult(ConnectResult.Accept);
        var before = server.Io.Of("/x-1");
        joiner.Send("40/x-1,");
        refused.Send("40/x-1,");

        leaver.Send("41/x-1,");
        var gate = gates.Dequeue();
        gates.Dequeue().SetResult(ConnectResult.Refuse("no"));
        gate.SetResult(ConnectResult.Accept);

        Assert.That(gates, Is.Empty, "the joiner's middleware ran once");
        Assert.That(joiner.Next(), Does.StartWith("40/x-1,{"));
        Assert.That(server.Io.Of("/x-1"), Is.SameAs(before));
        Assert.That(before.Sockets, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_join_that_found_a_namespace_just_before_its_removal_gets_another()
    {
        using var server = new InMemoryServer(options => options.CleanupEmptyChildNamespaces = true);
        server.Io.OfPattern("/x-{id}");
        var (leaver, _) = server.Connect("/x-1");
        var removed = server.Io.Of("/x-1");

        // the joiner is between finding the namespace and announcing itself
        var found = server.Io.Index.FindAsync("/x-1", default).AsTask().Result!;
        leaver.Lose();
        Assert.That(found, Is.SameAs(removed));
        Assert.That(found.TryReserve(), Is.False);

        var (_, socket) = server.Connect("/x-1");
        Assert.That(socket.Namespace, Is.Not.SameAs(removed));
    }

    [Test]
    public void Threads_that_join_and_leave_one_child_always_end_in_the_one_that_is_found()
    {
        using var server = new InMemoryServer(options => options.CleanupEmptyChildNamespaces = true);
        server.Io.OfPattern("/x-{id}");
        Parallel.For(0, 4, _ =>
        {
            var client = server.Open();
            for (var i = 0; i < 2_000; i++)
            {
                client.Send("40/x-1,");

                // who comes while another thread announces the namespace waits for that
                var sid = InMemoryClient.SidOf(client.NextAsync().GetAwaiter().GetResult());
                Assert.That(server.Io.Of("/x-1").Sockets, Does.ContainKey(sid));
                client.Send("41/x-1,");
            }
        });
        Assert.That(Names(server), Is.EqualTo((string[])["/"]));
    }

    [TestCase("/tenant-{id}", "/tenant-1", true)]
    [TestCase("tenant-{id}", "/tenant-1", true)]
    [TestCase("/tenant-{id}", "/tenant-", false)]
    [TestCase("/tenant-{id}", "/tenant-1/x", false)]
    [TestCase("/tenant-{id}", "/xtenant-1", false)]
    [TestCase("/tenant-{id}", "/Tenant-1", false)]
    [TestCase("/{a}/{b}", "/1/2", true)]
    [TestCase("/{a}/{b}", "/1", false)]
    [TestCase("/{a}-end", "/1-end", true)]
    [TestCase("/{a}-end", "/1-end\n", false)]
    [TestCase("/{a}-end", "/1-end2", false)]
    [TestCase("/a.b+{c}", "/a.b+1", true)]
    [TestCase("/a.b+{c}", "/aab1", false)]
    [TestCase("/größe-{ä}", "/größe-ß", true)]
    [TestCase("/plain", "/plain", true)]
    public void A_template_matches_whole_names(string template, string name, bool matches) =>
        Assert.That(NamespaceTemplate.ToRegex(template).IsMatch(name), Is.EqualTo(matches));

    [TestCase("/a-{b")]
    [TestCase("/a-{}")]
    [TestCase("/a}-{b}")]
    public void A_template_with_a_broken_placeholder_is_refused(string template)
    {
        using var server = new InMemoryServer();
        Assert.That(() => server.Io.OfPattern(template), Throws.ArgumentException.With.Message.Contains(template));
    }

    [TestCase("{id:int}")]
    [TestCase("{*rest}")]
    [TestCase("{id?}")]
    [TestCase("{id=1}")]
    [TestCase("{a b}")]
    public void A_placeholder_that_is_more_than_a_name_is_refused_as_it_would_be_ignored(string placeholder)
    {
        using var server = new InMemoryServer();
        Assert.That(
            () => server.Io.OfPattern("/num-" + placeholder),
            Throws.ArgumentException.With.Message.Contains(placeholder).And.Message.Contains("letters, digits and '_'"));
        var client = server.Open();
        client.Send("40/num-abc,");
        Assert.That(client.Next(), Does.StartWith("44/num-abc,"));
    }

    [TestCase("/a,b", "a comma or a '?'")]
    [TestCase("a?b", "a comma or a '?'")]
    [TestCase("/äöüß", "more than 8 bytes (MaxNamespaceLength)")]
    public void A_namespace_that_no_client_can_join_is_refused(string name, string reason)
    {
        using var server = new InMemoryServer(options => options.MaxNamespaceLength = 8);
        Assert.That(() => server.Io.Of(name), Throws.ArgumentException.With.Message.Contains(reason));
        Assert.That(Names(server), Is.EqualTo((string[])["/"]));
        Assert.That(() => server.Io.Of("/äöü1"), Throws.Nothing);
    }

    private static IEnumerable<string> Names(InMemoryServer server) => server.Io.AllNamespaces.Select(made => made.Name);
}
