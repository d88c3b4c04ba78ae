namespace SocketIo.Topics.Testing;

/// <summary>Events with a key are stored once, for as long as their topic remembers the key.</summary>
public abstract class KeyConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Test]
    public async Task An_event_with_a_known_key_is_not_stored_again_and_named_by_the_first()
    {
        await AppendAsync("a");
        var first = await AppendWithKeyAsync("key");
        var second = await AppendWithKeyAsync("key");
        var other = await AppendWithKeyAsync("Key");

        Assert.That((first.Sequence, first.IsDuplicate), Is.EqualTo((2L, false)));
        Assert.That((second.Sequence, second.IsDuplicate), Is.EqualTo((2L, true)));
        Assert.That((other.Sequence, other.IsDuplicate), Is.EqualTo((3L, false)));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a", "key", "Key" }));
    }

    [Test]
    public async Task A_key_that_comes_twice_in_one_batch_is_stored_once()
    {
        var memory = new KeyMemory(Hour, 100);
        AppendEvent[] appends =
        [
            new(Orders, Data("1"), "a", memory), new(Orders, Data("2")), new(Orders, Data("3"), "a", memory),
            new(Orders, Data("4"), "b", memory), new(Orders, Data("5"), "a", memory), new(Orders, Data("6")),
        ];
        await ExecuteAsync([.. appends]);

        Assert.That(appends.Select(static one => one.Sequence), Is.EqualTo(new[] { 1, 2, 1, 3, 1, 4 }));
        Assert.That(appends.Select(static one => one.IsDuplicate), Is.EqualTo(new[] { false, false, true, false, true, false }));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "1", "2", "4", "6" }));
    }

    [Test]
    public async Task Each_topic_has_keys_of_its_own()
    {
        await AppendWithKeyAsync("key");
        var elsewhere = await DoAsync(new AppendEvent(new("/", "others"), Data("x"), "key", new(Hour, 100)));
        Assert.That((elsewhere.Sequence, elsewhere.IsDuplicate), Is.EqualTo((1L, false)));
    }

    [Test]
    public async Task A_key_is_forgotten_after_so_many_events()
    {
        var memory = new KeyMemory(Hour, 3);
        await AppendWithKeyAsync("key", memory);
        await AppendAsync("b", "c");
        Assert.That((await AppendWithKeyAsync("key", memory)).IsDuplicate);
        await AppendAsync("d");

        var anew = await AppendWithKeyAsync("key", memory);
        Assert.That((anew.Sequence, anew.IsDuplicate), Is.EqualTo((5L, false)));
        Assert.That((await AppendWithKeyAsync("key", memory)).Sequence, Is.EqualTo(5));
    }

    [Test]
    public async Task A_key_is_forgotten_after_its_time()
    {
        var memory = new KeyMemory(Hour, 100);
        await AppendWithKeyAsync("key", memory);
        Clock.Advance(Hour - TimeSpan.FromSeconds(1));
        Assert.That((await AppendWithKeyAsync("key", memory)).IsDuplicate);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await AppendWithKeyAsync("key", memory)).IsDuplicate, Is.False);
    }

    [Test]
    public async Task A_key_is_remembered_when_a_clock_steps_back()
    {
        await AppendWithKeyAsync("key");
        Clock.Advance(-TimeSpan.FromDays(1));
        Assert.That((await AppendWithKeyAsync("key")).IsDuplicate);
    }

    [Test]
    public async Task A_key_is_remembered_when_its_event_has_been_deleted()
    {
        await AppendWithKeyAsync("key");
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0, Memory = new(Hour, 100) });
        var again = await AppendWithKeyAsync("key");
        Assert.That((again.Sequence, again.IsDuplicate), Is.EqualTo((1L, true)));
        Assert.That(await TextsAsync(), Is.Empty);
    }
}
