using SocketIo.Topics;

namespace SocketIo;

/// <summary>Options of all topics of a server.</summary>
public sealed class TopicsOptions
{
    private Func<IServiceProvider, ITopicStore> _store = static _ => new MemoryTopicStore();
    private readonly List<Rule> _topics = [];

    /// <summary>How long an emit waits while the store is away or slow, before it fails. Default 5 s.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many writes may wait for the store before more of them fail at once. Default 100,000.</summary>
    public int MaxQueuedWrites { get; set; } = 100_000;

    /// <summary>How many bytes of events may wait for the store before more of them fail at once. Default 64 MiB.</summary>
    public long MaxQueuedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The most bytes of one event, attachments included. Default 1 MiB.</summary>
    public int MaxEventBytes { get; set; } = 1024 * 1024;

    /// <summary>How many bytes of new events are kept in memory for receivers that are online. Default 16 MiB.</summary>
    public long MaxRecentBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How often events and subscribers are looked for that are too old. Default 1 min.</summary>
    public TimeSpan CleanupInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// After how long without a sign of life another server on the same store counts as dead, so that what it has not delivered is delivered
    /// by others. Default 10 s.
    /// </summary>
    public TimeSpan ServerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Keeps topics in memory, the default: they outlive connections, not the process.</summary>
    /// <param name="maxBytes">How much is kept; then the oldest events of all topics are deleted. Default 64 MiB.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public TopicsOptions UseMemory(long maxBytes = 64 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        return UseStore(_ => new MemoryTopicStore(maxBytes));
    }

    /// <summary>Keeps topics in a store. Packages for databases have a method of their own that calls this one. The last call counts.</summary>
    /// <param name="create">Makes the store, once; the server disposes it.</param>
    /// <returns>These options.</returns>
    public TopicsOptions UseStore(Func<IServiceProvider, ITopicStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _store = create;
        return this;
    }

    /// <summary>Configures all topics.</summary>
    /// <param name="configure">Sets options of one topic. Called when the host starts, to validate them, and when a topic is first used.</param>
    public void ForAll(Action<TopicOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _topics.Add(new(configure));
    }

    /// <summary>Configures the topics of a name, in all namespaces.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="configure">Sets options of one topic. Called when the host starts, to validate them, and when the topic is first used.</param>
    public void For(string name, Action<TopicOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        _topics.Add(new(configure, name));
    }

    /// <summary>Configures the topics that a predicate is true for. Later calls override earlier ones.</summary>
    /// <param name="matches">Gets the namespace, with its leading slash, and the topic's name.</param>
    /// <param name="configure">
    /// Sets options of one topic; called when the topic is first used. Where they cannot work, what is emitted to the topic fails.
    /// </param>
    public void For(Func<string, string, bool> matches, Action<TopicOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(matches);
        ArgumentNullException.ThrowIfNull(configure);
        _topics.Add(new(configure, null, matches));
    }

    internal ITopicStore CreateStore(IServiceProvider services) => _store(services)
        ?? throw new InvalidOperationException($"The function given to {nameof(TopicsOptions)}.{nameof(UseStore)} must return a store, not null.");

    /// <summary>What applies to a topic.</summary>
    /// <exception cref="InvalidOperationException">It cannot work.</exception>
    internal TopicOptions Of(TopicName topic)
    {
        var options = Configured(_topics.Where(one => one.Matches(topic)));
        return options.FindFaults() is { Count: > 0 } faults
            ? throw new InvalidOperationException($"The options of the topic {topic} cannot work. {string.Join(' ', faults)}")
            : options;
    }

    /// <summary>Throws where a value cannot work.</summary>
    /// <exception cref="ArgumentException">Names each such option, with its value.</exception>
    internal void Validate()
    {
        if (FindFaults() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>What cannot work, a sentence for each option. Which topics a predicate is true for shows when they are used.</summary>
    internal List<string> FindFaults()
    {
        var check = new OptionFaults(nameof(TopicsOptions));
        check.Timer(StoreTimeout, TimeSpan.FromTicks(1), nameof(StoreTimeout));
        check.AtLeast(MaxQueuedWrites, 1, nameof(MaxQueuedWrites));
        check.AtLeast(MaxQueuedBytes, 1, nameof(MaxQueuedBytes));
        check.AtLeast(MaxEventBytes, 1, nameof(MaxEventBytes));
        check.AtLeast(MaxRecentBytes, 0, nameof(MaxRecentBytes));
        check.Timer(CleanupInterval, TimeSpan.FromTicks(1), nameof(CleanupInterval));
        check.Timer(ServerTimeout, TimeSpan.FromSeconds(1), nameof(ServerTimeout));
        var ofAll = Configured(_topics.Where(static one => one.IsForAll)).FindFaults();
        var ofNames = _topics.Select(static one => one.Name).OfType<string>().Distinct()
            .SelectMany(name => FaultsOf(name).Except(ofAll).Select(fault => $"The topic {name}: {fault}"));
        return [.. check.Found, .. ofAll, .. ofNames];
    }

    private List<string> FaultsOf(string name) => Configured(_topics.Where(one => one.IsForAll || one.Name == name)).FindFaults();

    private static TopicOptions Configured(IEnumerable<Rule> rules)
    {
        var options = new TopicOptions();
        foreach (var rule in rules)
            rule.Configure(options);
        return options;
    }

    /// <summary>Options of some topics.</summary>
    /// <param name="Configure">Sets the options.</param>
    /// <param name="Name">The one name of these topics; null for any.</param>
    /// <param name="Predicate">Tells by namespace and name which they are; null for any.</param>
    private sealed record Rule(Action<TopicOptions> Configure, string? Name = null, Func<string, string, bool>? Predicate = null)
    {
        public bool IsForAll => Name is null && Predicate is null;

        public bool Matches(TopicName topic) => (Name is null || Name == topic.Name) && (Predicate is null || Predicate(topic.Namespace, topic.Name));
    }
}
