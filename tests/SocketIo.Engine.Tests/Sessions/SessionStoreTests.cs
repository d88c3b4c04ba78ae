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
}
