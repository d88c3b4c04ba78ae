using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>Stores that several servers use at once.</summary>
public abstract class SharedConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task The_store_tells_every_server_of_events()
    {
        var news = new NewsRecorder();
        var other = await OpenAsync(news);
        await AppendAsync(2);
        await news.ToldAsync(Orders, 2);
        await AppendAsync(2, other);
        await News.ToldAsync(Orders, 4);
    }

    [Test]
    public async Task One_key_that_two_servers_bring_at_once_is_stored_once()
    {
        var other = await OpenAsync();
        for (var n = 0; n < 20; n++)
        {
            var both = await Task.WhenAll(AppendWithKeyAsync($"{n}"), AppendWithKeyAsync($"{n}", store: other));
            Assert.That(both.Count(static one => one.IsDuplicate), Is.EqualTo(1));
            Assert.That(both.Select(static one => one.Sequence), Has.All.EqualTo(n + 1));
        }
    }

    [Test]
    public async Task A_subscriber_of_two_servers_is_attached_until_both_have_left()
    {
        await AppendAsync(9);
        await AttachAsync(start: TopicStart.Beginning);
        Assert.That((await AttachAsync(owner: "b")).Sent, Is.Null);
        await ExecuteAsync(new DetachSubscriber(Ann, "b", 7));
        Assert.That((await SubscriptionAsync()).IsAttached);
        Assert.That((await AttachAsync(owner: "c")).Sent, Is.Null);
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 3), new DetachSubscriber(Ann, "c", 1));
        Assert.That((await SubscriptionAsync()).IsAttached, Is.False);
        Assert.That((await AttachAsync(owner: "d")).Sent, Is.EqualTo(7));
    }

    [Test]
    public async Task The_store_tells_every_server_of_released_claims()
    {
        var other = await OpenAsync();
        await BeginAsync(3);
        await ClaimAsync("b", 2, other);
        await News.ToldAsync(Orders, 3);
        var before = News.CountOf(Orders);
        await ExecuteAsync(other, new ReleaseClaims(Ann, "b", []));
        await Deadlines.Eventually(() => News.CountOf(Orders) > before);
        await ClaimAsync("b", 2, other);
        before = News.CountOf(Orders);
        await ExecuteAsync(Store, new RemoveOwner("b"));
        await Deadlines.Eventually(() => News.CountOf(Orders) > before);
    }

    [Test]
    public async Task Servers_see_each_other()
    {
        var first = await DoAsync(new RenewOwner("a", 1));
        Assert.That(first.Owners, Is.EqualTo(new OwnerBeat[] { new("a", 1) }));
        Assert.That(first.IsNew);
        Assert.That((await DoAsync(new RenewOwner("b", 5))).Owners, Is.EquivalentTo(new OwnerBeat[] { new("a", 1), new("b", 5) }));
        var again = await DoAsync(new RenewOwner("a", 2));
        Assert.That(again.IsNew, Is.False);
        Assert.That(again.Owners, Is.EquivalentTo(new OwnerBeat[] { new("a", 2), new("b", 5) }));
        await ExecuteAsync(new RemoveOwner("b"));
        Assert.That((await DoAsync(new RenewOwner("a", 3))).Owners, Is.EqualTo(new OwnerBeat[] { new("a", 3) }));
        Assert.That((await DoAsync(new RenewOwner("b", 6))).IsNew, "it learns that it was removed");
    }

    [Test]
    public async Task Claims_and_subscribers_of_a_server_stay_when_another_one_opens_the_store()
    {
        await BeginAsync(3);
        await ClaimAsync("a", 2);
        var other = await OpenAsync();
        Assert.That(await ClaimAsync("b", 9, other), Is.EqualTo(new[] { 3 }));
        Assert.That((await SubscriptionAsync()).IsAttached);
    }
}
