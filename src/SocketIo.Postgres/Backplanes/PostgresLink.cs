using System.Text;
using Npgsql;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Cluster.Sessions;

namespace SocketIo.Postgres.Backplanes;

/// <summary>A namespace on PostgreSQL: a channel that all nodes listen to, and, where broadcasts are kept, its part of the log.</summary>
internal sealed class PostgresLink : NamespaceLink, ISessionLink<PostgresSession>
{
    // What is sent together: enough that the way to the database and back does not count, and little beside the messages themselves.
    private const int MaxBatch = 1024 * 1024;

    private readonly PostgresBackplane _backplane;
    private readonly INodeReceiver? _receiver;
    private readonly PostgresLog? _log;
    private readonly Sender _sender;

    // by SendAsync, which is called by one at a time
    private readonly List<Outgoing> _batch = [];
    private long _lastNumber;

    // By the reader: what was read of the log (null before the first session), up to where it was read from the log itself, its newest place when
    // it was last asked for, and what came last.
    private long? _position;
    private long _caughtUp;
    private long _newest;
    private readonly RecentPlaces _recent = new();

    public PostgresLink(PostgresBackplane backplane, string channel, INodeReceiver? receiver)
    {
        _backplane = backplane;
        _receiver = receiver;
        Channel = channel;
        // an emitter has the name of all emitters, so what one link has kept is known by another
        _sender = new Sender(backplane.Database, channel, Backplane.NewId());
        _log = backplane.Keeps ? new PostgresLog(backplane.Database, channel) : null;
    }

    public string Channel { get; }

    public override ClusterLog? Log => _log;

    public override async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (!ChannelName.IsValid(Channel))
            throw new NotSupportedException($"A channel of PostgreSQL has at most {ChannelName.MaxBytes} bytes, and {Channel} has more.");
        if (_receiver is not null)
            await _backplane.AddAsync(this, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken)
    {
        for (var start = 0; start < messages.Length;)
        {
            var (count, isKept) = Fill(messages.Span[start..]);
            if (isKept)
                await KeepAsync(cancellationToken).ConfigureAwait(false);
            else
                await SendOnceAsync(cancellationToken).ConfigureAwait(false);
            start += count;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _backplane.Remove(this);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SubscribeAsync(PostgresSession session) =>
        session.Reader!.AddAsync(this, _log is null ? null : () => CatchUpAsync(session.Reader.Connection));

    /// <inheritdoc/>
    public void Unsubscribe(PostgresSession session) => session.Reader?.Remove(this);

    /// <summary>Takes a notification.</summary>
    /// <param name="payload">Its text.</param>
    /// <param name="connection">For what it refers to.</param>
    public async Task ReceiveAsync(string payload, NpgsqlConnection connection)
    {
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(payload);
        if (!NotificationHead.TryRead(bytes.Span, out var head, out var fault))
            _receiver!.ReportMalformed(fault);
        else if (_log is not null && head.Offset is { } offset)
            await ReceiveKeptAsync(offset, head, payload, bytes, connection).ConfigureAwait(false);
        else if (head.Sender != _backplane.NodeId)
            await TakeAsync(head, bytes, connection).ConfigureAwait(false);
    }

    // an emitter's caller hears that PostgreSQL is away
    private ValueTask<PostgresSession> SessionForSendingAsync(CancellationToken cancellationToken) =>
        _receiver is null ? new(Session) : _backplane.GetSessionAsync(cancellationToken);

    private PostgresSession Session => _backplane.Session ?? throw new InvalidOperationException("PostgreSQL is away.");

    // Own messages are of interest, too, with their place in the log. A place is believed when the log has it: whoever may write to the
    // channel may write any, and behind one that never comes all others would be old.
    private async Task ReceiveKeptAsync(long offset, NotificationHead head, string payload, ReadOnlyMemory<byte> bytes, NpgsqlConnection connection)
    {
        if (offset <= _caughtUp)
            return;
        var next = _position.GetValueOrDefault() + 1;
        if (offset < next)
        {
            await ReceiveLateAsync(offset, payload, connection).ConfigureAwait(false);
            return;
        }
        if (offset > next && offset > _newest)
            _newest = await _log!.GetNewestAsync(connection, CancellationToken.None).ConfigureAwait(false);
        if (offset > next && offset > _newest)
        {
            _receiver!.ReportMalformed("a place that the log does not have");
            return;
        }
        _recent.Add(offset, payload);
        await TakeAsync(head, bytes, connection).ConfigureAwait(false);
    }

    // One that was there before is repeated, or one was believed that was made up: then what the log has at its place has not been received.
    private async Task ReceiveLateAsync(long offset, string payload, NpgsqlConnection connection)
    {
        if (!_recent.MayBeNew(offset, payload))
            return;
        var row = await _log!.FindAsync(connection, offset, CancellationToken.None).ConfigureAwait(false);
        var text = row is null ? null : Outgoing.TextOf(row, offset);
        if (text is null || !_recent.MayBeNew(offset, text))
        {
            _receiver!.ReportMalformed("a place that is another's");
            return;
        }
        _recent.Add(offset, text);
        _receiver!.ReceiveGap();
        Restore(offset, row);
    }

    private async Task TakeAsync(NotificationHead head, ReadOnlyMemory<byte> bytes, NpgsqlConnection connection)
    {
        if (head.Attachment is { } attachment)
        {
            var whole = await FetchAsync(attachment, connection).ConfigureAwait(false);
            if (whole is null)
                LoseAttachment(head);
            else
                Take(head, whole);
        }
        else
        {
            Take(head, bytes);
        }
    }

    private async Task<byte[]?> FetchAsync(long attachment, NpgsqlConnection connection)
    {
        var database = _backplane.Database;
        return (byte[]?)await database.AskAsync(
            connection, $"SELECT payload FROM {database.Attachments} WHERE id = $1", CancellationToken.None, Parameters.Number(attachment)).ConfigureAwait(false);
    }

    // deleted before it was read
    private void LoseAttachment(in NotificationHead head)
    {
        _receiver!.ReportMalformed("an attachment that is not there");
        if (_log is null || head.Offset is not { } offset)
            return;
        _position = offset;
        _receiver.ReceiveGap();
    }

    private void Take(in NotificationHead head, ReadOnlyMemory<byte> bytes)
    {
        if (!MixedFormat.TryRead(bytes, out var message, out var error))
        {
            _receiver!.ReportMalformed(error);
        }
        else if (_log is null)
        {
            _receiver!.Receive(message);
        }
        else if (head.Offset is { } place)
        {
            _position = place;
            _receiver!.Receive(message with { Offset = PostgresLog.Text(place) });
        }
        else
        {
            TakeUnkept(message);
        }
    }

    // Nodes in JavaScript keep nothing: whoever has missed it can never get it.
    private void TakeUnkept(ClusterMessage message)
    {
        _receiver!.Receive(message);
        if (!IsKept(message))
            return;
        _log!.Noting = NoteGapAsync();
        _receiver.ReceiveUnkept();
    }

    private async Task NoteGapAsync()
    {
        try
        {
            await Session.SendAsync(_sender.NoteGapAsync, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or NpgsqlException or TimeoutException or IOException)
        {
            // every other node that has received it notes it, too
        }
    }

    // What others have kept while this node did not listen; then notifications go on.
    private async Task CatchUpAsync(NpgsqlConnection connection)
    {
        _newest = await _log!.GetNewestAsync(connection, CancellationToken.None).ConfigureAwait(false);
        if (_position is not { } position || position > _newest)
        {
            // it may have been lost, or put back to an older state
            if (_position is not null)
                _receiver!.ReceiveGap();
            _position = _caughtUp = _newest;
            return;
        }
        if (!await _log.IsCompleteAsync(connection, position, CancellationToken.None).ConfigureAwait(false))
            _receiver!.ReceiveGap();
        while (await _log.ReadPageAsync(connection, position, CancellationToken.None).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var (id, payload) in page)
            {
                Restore(id, payload);
                position = id;
            }
        }
        _caughtUp = position;
    }

    private void Restore(long id, byte[]? payload)
    {
        _position = id;
        if (payload is null)
            _receiver!.ReceiveGap();
        else if (MixedFormat.TryRead(payload, out var message, out var error))
            _receiver!.Receive(message with { Offset = PostgresLog.Text(id) });
        else
            _receiver!.ReportMalformed(error);
    }

    private bool IsKept(ClusterMessage message) =>
        _log is not null && message is { Type: MessageType.Broadcast, RequestId: null, Flags.IsVolatile: false };

    // The first of the messages that are sent in the same way; says how many.
    private (int Count, bool IsKept) Fill(ReadOnlySpan<ClusterMessage> messages)
    {
        _batch.Clear();
        var (count, bytes, isKept) = (0, 0L, IsKept(messages[0]));
        while (count < messages.Length && bytes < MaxBatch && IsKept(messages[count]) == isKept)
        {
            var outgoing = Outgoing.Encode(messages[count++], isKept ? ++_lastNumber : null);
            _batch.Add(outgoing);
            bytes += outgoing.Length;
        }
        return (count, isKept);
    }

    private async Task SendOnceAsync(CancellationToken cancellationToken)
    {
        var session = await SessionForSendingAsync(cancellationToken).ConfigureAwait(false);
        await session.SendAsync((connection, ending) => _sender.SendAsync(connection, _batch, ending), cancellationToken).ConfigureAwait(false);
    }

    // A transaction whose outcome is not known is looked for when the database is back, and sent again if it is not there.
    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var session = await SessionForSendingAsync(cancellationToken).ConfigureAwait(false);
        while (!await TryKeepAsync(session, cancellationToken).ConfigureAwait(false))
        {
            session = await _backplane.WaitForSessionAsync(cancellationToken).ConfigureAwait(false);
            if (await HasKeptAsync(session, cancellationToken).ConfigureAwait(false))
                return;
        }
    }

    // false when the session ended meanwhile
    private async Task<bool> TryKeepAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.SendAsync((connection, ending) => _sender.KeepAsync(connection, _batch, ending), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception) when (session.Ended.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> HasKeptAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.SendAsync((connection, ending) => _sender.HasKeptAsync(connection, _lastNumber, ending), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (session.Ended.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            // sending fails, too, and the question is asked again
            return false;
        }
    }
}
