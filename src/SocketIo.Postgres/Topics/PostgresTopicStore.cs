using System.Runtime.CompilerServices;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>Keeps topics in PostgreSQL, for several servers: each hears at once what the others store.</summary>
/// <remarks>
/// One connection writes, one listens, those of a pool read. What many emitters of a server store in the same moments is one transaction and
/// one trip to the database.
/// </remarks>
public sealed class PostgresTopicStore : ITopicStore
{
    private readonly PostgresDatabase _database;
    private readonly PostgresWriter _writer;
    private readonly PostgresReader _reader;
    private PostgresListener? _listener;

    /// <summary>Makes a store that connects later.</summary>
    /// <param name="connectionString">Where the database is.</param>
    public PostgresTopicStore(string connectionString) : this(new PostgresTopicOptions { ConnectionString = connectionString })
    {
    }

    /// <summary>Makes a store that connects later.</summary>
    /// <param name="options">Where the database is, and how it is used.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PostgresTopicStore(PostgresTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _database = new PostgresDatabase(options);
        _writer = new PostgresWriter(_database);
        _reader = new PostgresReader(_database);
    }

    /// <inheritdoc />
    public string Name => "postgres";

    /// <inheritdoc />
    public bool IsShared => true;

    /// <inheritdoc />
    public async ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            await _database.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var listener = new PostgresListener(_database, context);
            await listener.StartAsync().ConfigureAwait(false);
            _listener = listener;
        }
        catch (Exception exception) when (PostgresErrors.IsOfDriver(exception))
        {
            throw PostgresErrors.Translate(exception, "open the topics");
        }
    }

    /// <inheritdoc />
    public async ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        await _writer.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken) =>
        await _reader.ReadPageAsync(topic, after, maxCount, maxBytes, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (topic is { } one)
        {
            if (await _reader.ReadTopicAsync(one, cancellationToken).ConfigureAwait(false) is { } info)
                yield return info;
            yield break;
        }
        var behind = new TopicName("", "");
        while (true)
        {
            var page = await _reader.ReadTopicsAsync(behind, cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
                yield return info;
            if (page.Count < PostgresReader.PageLength)
                yield break;
            behind = page[^1].Topic;
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(
        TopicName topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var behind = new SubscriptionName(topic, "");
        while (true)
        {
            var page = await _reader.ReadSubscriptionsAsync(behind, cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
                yield return info;
            if (page.Count < PostgresReader.PageLength)
                yield break;
            behind = page[^1].Subscription;
        }
    }

    /// <inheritdoc />
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await _reader.CheckAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is { } listener)
            await listener.DisposeAsync().ConfigureAwait(false);
        _listener = null;
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }
}
