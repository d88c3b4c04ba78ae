using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Tests.Sessions;

public class SessionStoreTests
{
    [Test]
    public void Ids_are_20_characters_of_base64url_and_all_different()
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 100_000; i++)
        {
            var id = SessionStore.NewId();
            if (id.Length != 20 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || !ids.Add(id))
                Assert.Fail(id);
        }

        // every position takes every character: no part of an id is a counter, a clock or a constant
        for (var at = 0; at < 20; at++)
            Assert.That(ids.Select(id => id[at]).Distinct().Count(), Is.EqualTo(64), $"position {at}");
    }

    [Test]
    public void Neighbouring_ids_share_no_more_characters_than_chance_gives()
    {
        // expected 20/64 per pair; a counter or a seeded sequence shares far more
        const int Pairs = 20_000;
        var shared = 0;
        var last = SessionStore.NewId();
        for (var i = 0; i < Pairs; i++)
        {
            var next = SessionStore.NewId();
            shared += last.Zip(next).Count(pair => pair.First == pair.Second);
            last = next;
        }
        Assert.That((double)shared / Pairs, Is.EqualTo(20.0 / 64).Within(0.03));
    }

    [Test]
    public void An_id_can_be_claimed_by_one_and_not_while_a_session_has_it()
    {
        using var engine = new TestEngine();
        var store = engine.Server.Sessions;
        using (var claim = store.TryClaim("s1"))
        {
            Assert.That(claim!.Id, Is.EqualTo("s1"));
            Assert.That(store.TryClaim("s1"), Is.Null, "claimed");
        }
        using (var again = store.TryClaim("s1"))
        {
            Assert.That(again, Is.Not.Null, "the first did not become a session");
            Assert.That(engine.Open(EngineTransports.WebSocket, out _).Id, Is.EqualTo("s1"));
        }
        Assert.That(store.TryClaim("s1"), Is.Null, "a session has it");
        Assert.That(store.TryGet("s1", out var session), Is.True);
        session!.Terminate();
        Assert.That(store.TryClaim("s1"), Is.Not.Null);
    }

    [Test]
    public void A_second_session_of_an_id_does_not_take_the_place_of_the_first()
    {
        using var engine = new TestEngine();
        var first = engine.Open(EngineTransports.WebSocket, out _);
        var second = new EngineSession(
            engine.Server, first.Id, new DefaultHttpContext(), session => new TestTransport(session, EngineTransports.WebSocket));
        Assert.That(second.Open, Throws.InvalidOperationException);
        Assert.That(engine.Server.Sessions, Is.EqualTo(new[] { first }));
        Assert.That(engine.Handler.Calls, Is.EqualTo(new[] { "opened" }));
    }
}
