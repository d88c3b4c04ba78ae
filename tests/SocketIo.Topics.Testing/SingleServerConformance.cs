namespace SocketIo.Topics.Testing;

/// <summary>Stores that keep what they have and are for one server.</summary>
public abstract class SingleServerConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task Opening_a_store_for_one_server_detaches_everybody()
    {
        await AppendAsync(3);
        await AttachAsync(start: TopicStart.Beginning);
        Clock.Advance(TimeSpan.FromHours(1));
        await ReopenAsync();
        var info = await SubscriptionAsync();
        Assert.That((info.IsAttached, info.LastSeen), Is.EqualTo((false, Clock.GetUtcNow())));
        Assert.That((await AttachAsync()).Sent, Is.Null);
    }

    [Test]
    public async Task Opening_the_store_releases_all_claims()
    {
        await AttachAsync(shared: true);
        await AppendAsync(3);
        await ClaimAsync("a", 2);
        await ReopenAsync();
        Assert.That((await DoAsync(new ClaimEvents(Ann, "b", 9))).Claims, Is.EqualTo(new EventClaim[] { new(1, 2), new(2, 2), new(3, 1) }));
    }
}
