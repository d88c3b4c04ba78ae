using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>Shared subscriptions: each event is handed to one server, until it acknowledges, releases or dies.</summary>
public abstract class ClaimConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task Each_event_is_handed_out_once_in_order()
    {
        await BeginAsync(5);
        Assert.That(await ClaimAsync("a", 2), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(await ClaimAsync("b", 2), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(await ClaimAsync("a", 2), Is.EqualTo(new[] { 5 }));
        Assert.That(await ClaimAsync("b", 2), Is.Empty);
        await AppendAsync(1);
        Assert.That(await ClaimAsync("b", 2), Is.EqualTo(new[] { 6 }));
    }

    [Test]
    public async Task A_start_counts_for_shared_subscriptions_too()
    {
        await AppendAsync(3);
        await AttachAsync(start: TopicStart.AtSequence(3), shared: true);
        Assert.That(await ClaimAsync("a", 9), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task The_cursor_is_before_the_first_event_that_is_not_acknowledged()
    {
        await BeginAsync(6);
        await ClaimAsync("a", 4);
        await ExecuteAsync(new AcknowledgeClaims(Ann, [2, 3]));
        var info = await SubscriptionAsync();
        Assert.That((info.Cursor, info.Lag), Is.EqualTo((0L, 4L)));
        await ExecuteAsync(new AcknowledgeClaims(Ann, [1]));
        info = await SubscriptionAsync();
        Assert.That((info.Cursor, info.Lag), Is.EqualTo((3L, 3L)));
        await ExecuteAsync(new AcknowledgeClaims(Ann, [4]));
        info = await SubscriptionAsync();
        Assert.That((info.Cursor, info.Lag), Is.EqualTo((4L, 2L)));
    }

    [Test]
    public async Task What_is_released_is_handed_out_first_and_counted()
    {
        await BeginAsync(6);
        await ClaimAsync("a", 3);
        await ExecuteAsync(new AcknowledgeClaims(Ann, [2]), new ReleaseClaims(Ann, "a", []));
        var claims = (await DoAsync(new ClaimEvents(Ann, "b", 3))).Claims;
        Assert.That(claims, Is.EqualTo(new EventClaim[] { new(1, 2), new(3, 2), new(4, 1) }));
        await ExecuteAsync(new ReleaseClaims(Ann, "b", []));
        claims = (await DoAsync(new ClaimEvents(Ann, "a", 1))).Claims;
        Assert.That(claims, Is.EqualTo(new EventClaim[] { new(1, 3) }));
    }

    [Test]
    public async Task A_server_releases_its_own_claims_but_those_that_it_keeps()
    {
        await BeginAsync(6);
        await ClaimAsync("a", 3);
        await ClaimAsync("b", 1);
        await ExecuteAsync(new ReleaseClaims(Ann, "a", [2]));
        Assert.That(await ClaimAsync("b", 9), Is.EqualTo(new[] { 1, 3, 5, 6 }));
    }

    [Test]
    public async Task An_acknowledgement_counts_whoever_has_the_event_by_now()
    {
        await BeginAsync(3);
        await ClaimAsync("a", 2);
        await ExecuteAsync(new ReleaseClaims(Ann, "a", []));
        await ClaimAsync("b", 1);
        await ExecuteAsync(new AcknowledgeClaims(Ann, [1, 2, 3, 17]));
        Assert.That(await ClaimAsync("b", 9), Is.EqualTo(new[] { 3 }), "2 was acknowledged while nobody had it, 3 before anybody had it");
        await ExecuteAsync(new ReleaseClaims(Ann, "b", []));
        Assert.That(await ClaimAsync("b", 9), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task The_claims_of_a_server_that_is_removed_are_released()
    {
        await BeginAsync(3);
        var other = new SubscriptionName(new("/", "others"), "ann");
        await ExecuteAsync(new AppendEvent(other.Topic, Data("x")));
        await AttachAsync(other, TopicStart.Beginning, shared: true);
        await ClaimAsync("a", 2);
        await DoAsync(new ClaimEvents(other, "a", 1));
        await ExecuteAsync(new RemoveOwner("a"));
        Assert.That(await ClaimAsync("b", 9), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That((await DoAsync(new ClaimEvents(other, "b", 1))).Claims, Is.EqualTo(new EventClaim[] { new(1, 2) }));
    }

    [Test]
    public async Task What_was_deleted_before_it_could_be_handed_out_is_told()
    {
        await BeginAsync(9);
        await ClaimAsync("a", 5);
        await ExecuteAsync(new AcknowledgeClaims(Ann, [2]), new ReleaseClaims(Ann, "a", [4]), new TrimTopic(Orders) { MaxCount = 1 });
        var claim = await DoAsync(new ClaimEvents(Ann, "b", 9));
        Assert.That(claim.Missed, Is.EqualTo(new SequenceRange[] { new(1, 1), new(3, 3), new(5, 8) }));
        Assert.That(claim.Claims, Is.EqualTo(new EventClaim[] { new(9, 1) }));

        claim = await DoAsync(new ClaimEvents(Ann, "b", 9));
        Assert.That(claim.Missed, Is.Empty, "it is told once");
        await ExecuteAsync(new AcknowledgeClaims(Ann, [4, 9]));
        Assert.That((await SubscriptionAsync()).Cursor, Is.EqualTo(9));
    }

    [Test]
    public async Task Nothing_is_claimed_of_a_subscription_that_does_not_exist()
    {
        await AppendAsync(1);
        Assert.That((await DoAsync(new ClaimEvents(Ann, "a", 1))).Claims, Is.Null);
        await ExecuteAsync(new AcknowledgeClaims(Ann, [1]), new ReleaseClaims(Ann, "a", []));
    }

    [Test]
    public async Task A_subscription_that_was_removed_leaves_no_claims()
    {
        await BeginAsync(3);
        await ClaimAsync("a", 2);
        await ExecuteAsync(new RemoveSubscription(Ann));
        await AttachAsync(start: TopicStart.Beginning, shared: true);
        Assert.That((await DoAsync(new ClaimEvents(Ann, "a", 9))).Claims, Is.EqualTo(new EventClaim[] { new(1, 1), new(2, 1), new(3, 1) }));
    }

    [Test]
    public async Task Servers_that_claim_at_once_get_every_event_once()
    {
        const int Count = 300;
        var (one, other) = await TwoAsync();
        await BeginAsync(Count);
        var turn = new SemaphoreSlim(1);
        var got = await Task.WhenAll(Task.Run(() => DrainAsync(one, "a")), Task.Run(() => DrainAsync(other, "b"))).WithDeadline(TimeSpan.FromMinutes(1));
        Assert.That(got.SelectMany(static each => each).Order(), Is.EqualTo(Enumerable.Range(1, Count)));
        Assert.That(got, Has.All.Ordered);
        Assert.That((await SubscriptionAsync()).Lag, Is.Zero);

        async Task<List<long>> DrainAsync(ITopicStore store, string owner)
        {
            var all = new List<long>();
            while (true)
            {
                // a store is given one batch at a time
                if (one == other)
                    await turn.WaitAsync();
                var claimed = await ClaimAsync(owner, 7, store);
                await ExecuteAsync(store, new AcknowledgeClaims(Ann, claimed));
                if (one == other)
                    turn.Release();
                if (claimed.Length == 0)
                    return all;
                all.AddRange(claimed);
            }
        }
    }
}
