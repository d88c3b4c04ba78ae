using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>
/// Keeps topics in a SQLite file, for one server. What many emitters store in the same moments is one transaction, which is on disk before
/// their tasks complete. A killed process leaves a file that opens again without repair.
/// </summary>
/// <remarks>Written by one thread of its own; read beside that by threads of the pool. The memory in use does not grow with the file.</remarks>
public sealed class SqliteTopicStore : ITopicStore
{
    private readonly SqliteTopicOptions _options;
    private SqliteFile? _file;
    private WriterThread? _writer;
    private ReaderPool? _readers;

    /// <summary>Makes a store that opens the file later.</summary>
    /// <param name="path">The file.</param>
    public SqliteTopicStore(string path) : this(new SqliteTopicOptions { Path = path })
    {
    }

    /// <summary>Makes a store that opens the file later.</summary>
    /// <param name="options">The file, and how it is written.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SqliteTopicStore(SqliteTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <inheritdoc />
    public string Name => "sqlite";

    /// <inheritdoc />
    public bool IsShared => false;

    private ReaderPool Readers => _readers ?? throw new InvalidOperationException("The store is not open.");

    /// <inheritdoc />
    public async ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        await Task.Run(() => Open(context.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new((_writer ?? throw new InvalidOperationException("The store is not open.")).ExecuteAsync(batch));
    }

    /// <inheritdoc />
    public async ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken) =>
        await Readers.ReadAsync(reader => reader.ReadPage(topic, after, maxCount, maxBytes), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (topic is { } one)
        {
            if (await Readers.ReadAsync(reader => reader.ReadTopic(one), cancellationToken).ConfigureAwait(false) is { } info)
                yield return info;
            yield break;
        }
        var behind = new TopicName("", "");
        while (true)
        {
            var page = await Readers.ReadAsync(reader => reader.ReadTopics(behind), cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
                yield return info;
            if (page.Count < Reader.PageLength)
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
            var page = await Readers.ReadAsync(reader => reader.ReadSubscriptions(behind), cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
                yield return info;
            if (page.Count < Reader.PageLength)
                yield break;
            behind = page[^1].Subscription;
        }
    }

    /// <inheritdoc />
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        _file?.ThrowIfGone();
        await Readers.ReadAsync(static reader => reader.ReadTopic(default), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the file. What was executed is in it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.Run(Close).ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private void Open(DateTimeOffset now)
    {
        var file = SqliteFile.Open(_options);
        try
        {
            var writer = OpenWriter(file);
            writer.ReleaseAll(now);
            _writer = new WriterThread(writer, () => OpenWriter(file), file.ThrowIfGone);
            _readers = new ReaderPool(file, _options.Readers);
            _file = file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private BatchWriter OpenWriter(SqliteFile file)
    {
        try
        {
            return new BatchWriter(file.Connect(), _options.Synchronous);
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Translate(exception, "open the file");
        }
    }

    // The lock last: another process may open the file then.
    private void Close()
    {
        _writer?.Dispose();
        _readers?.Dispose();
        _file?.Dispose();
        (_writer, _readers, _file) = (null, null, null);
    }
}
