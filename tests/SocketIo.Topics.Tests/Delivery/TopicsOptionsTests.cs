namespace SocketIo.Topics.Tests.Delivery;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TopicsOptionsTests
{
    private readonly TopicsOptions _options = new();

    [Test]
    public void All_options_that_cannot_work_are_named_with_their_values()
    {
        _options.StoreTimeout = TimeSpan.MaxValue;
        _options.CleanupInterval = TimeSpan.FromDays(60);
        _options.ServerTimeout = TimeSpan.FromMilliseconds(1);
        _options.MaxQueuedWrites = _options.MaxEventBytes = 0;
        _options.MaxQueuedBytes = _options.MaxRecentBytes = -1;
        _options.ForAll(static topic =>
        {
            topic.MaxAge = topic.MaxSubscriberAge = TimeSpan.Zero;
            topic.KeyAge = TimeSpan.MaxValue;
            topic.MaxCount = topic.MaxBytes = 0;
            topic.KeyCount = -1;
        });
        var faults = _options.FindFaults();
        Assert.That(faults, Is.EqualTo(new[]
        {
            $"TopicsOptions.StoreTimeout must be above zero and at most 2147483647 milliseconds, not {TimeSpan.MaxValue}.",
            "TopicsOptions.MaxQueuedWrites must be at least 1, not 0.",
            "TopicsOptions.MaxQueuedBytes must be at least 1, not -1.",
            "TopicsOptions.MaxEventBytes must be at least 1, not 0.",
            "TopicsOptions.MaxRecentBytes must be at least 0, not -1.",
            "TopicsOptions.CleanupInterval must be above zero and at most 2147483647 milliseconds, not 60.00:00:00.",
            "TopicsOptions.ServerTimeout must be at least 00:00:01 and at most 2147483647 milliseconds, not 00:00:00.0010000.",
            "TopicOptions.MaxAge must be above zero and at most 36500 days, not 00:00:00.",
            "TopicOptions.MaxSubscriberAge must be above zero and at most 36500 days, not 00:00:00.",
            $"TopicOptions.KeyAge must be above zero and at most 36500 days, not {TimeSpan.MaxValue}.",
            "TopicOptions.MaxCount must be at least 1, not 0.",
            "TopicOptions.MaxBytes must be at least 1, not 0.",
            "TopicOptions.KeyCount must be at least 0, not -1.",
        }));
        Assert.Throws<ArgumentException>(_options.Validate);
    }

    [Test]
    public void Options_of_topics_with_a_name_are_checked_before_the_topics_are_used()
    {
        _options.ForAll(static topic => topic.MaxCount = 0);
        _options.For("good", static topic => topic.MaxCount = 1);
        _options.For("orders", static topic => topic.MaxBytes = -7);
        _options.ForAll(static topic => topic.MaxCount = 5);
        Assert.That(_options.FindFaults(), Is.EqualTo(new[] { "The topic orders: TopicOptions.MaxBytes must be at least 1, not -7." }));
    }

    [Test]
    public void Options_that_a_predicate_chooses_name_the_topic_when_it_is_used()
    {
        _options.For(static (_, name) => name == "orders", static topic => topic.MaxAge = TimeSpan.FromSeconds(-1));
        Assert.That(_options.FindFaults(), Is.Empty);
        _options.Of(new("/", "others"));
        var thrown = Assert.Throws<InvalidOperationException>(() => _options.Of(new("/shop", "orders")));
        Assert.That(thrown!.Message, Does.Contain("/shop orders").And.Contain("TopicOptions.MaxAge").And.Contain("-00:00:01"));
    }

    [Test]
    public void Everything_has_to_be_given()
    {
        Assert.Throws<ArgumentNullException>(() => _options.For((string)null!, static _ => { }));
        Assert.Throws<ArgumentNullException>(() => _options.For("orders", null!));
        Assert.Throws<ArgumentNullException>(() => _options.ForAll(null!));
        _options.UseStore(static _ => null!);
        Assert.That(Assert.Throws<InvalidOperationException>(() => _options.CreateStore(null!))!.Message, Does.Contain("UseStore"));
    }
}
