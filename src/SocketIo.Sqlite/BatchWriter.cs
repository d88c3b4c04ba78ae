using System.Globalization;
using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>Executes batches on the one connection that writes, each as one transaction. For one thread.</summary>
internal sealed class BatchWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteSynchronous _durable;
    private readonly SqliteSynchronous _relaxed;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly TopicRows _topics;
    private readonly EventRows _events;
    private readonly KeyRows _keys;
    private readonly SubscriptionRows _subscriptions;
    private readonly ClaimRows _claims;

    // the driver's default
    private SqliteSynchronous _synchronous = SqliteSynchronous.Full;

    public BatchWriter(SqliteConnection connection, SqliteSynchronous synchronous)
    {
        _connection = connection;
        _durable = synchronous;
        _relaxed = synchronous < SqliteSynchronous.Normal ? synchronous : SqliteSynchronous.Normal;
        _begin = new Statement(connection, "BEGIN IMMEDIATE");
        _commit = new Statement(connection, "COMMIT");
        _rollback = new Statement(connection, "ROLLBACK");
        _topics = new TopicRows(connection);
        _events = new EventRows(connection);
        _keys = new KeyRows(connection);
        _subscriptions = new SubscriptionRows(connection, _topics);
        _claims = new ClaimRows(connection);
    }

    /// <summary>As the connection has it.</summary>
    public SqliteSynchronous Synchronous
    {
        get
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA synchronous";
            return (SqliteSynchronous)(long)command.ExecuteScalar()!;
        }
    }

    /// <summary>A process has opened the file: whoever had something before is not there any more.</summary>
    public void ReleaseAll(DateTimeOffset now)
    {
        Synchronise(_relaxed);
        InTransaction(() =>
        {
            _claims.ReleaseAll(null);
            _subscriptions.DetachAll(null, now.ToUnixTimeMilliseconds());
        });
    }

    /// <exception cref="TopicStoreException">Nothing was stored, unless it says so.</exception>
    public void Execute(TopicBatch batch)
    {
        Synchronise(batch.IsDurable ? _durable : _relaxed);
        InTransaction(() => Write(batch));
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _topics.Dispose();
        _events.Dispose();
        _keys.Dispose();
        _subscriptions.Dispose();
        _claims.Dispose();
        _connection.Dispose();
    }

    private void InTransaction(Action write)
    {
        try
        {
            _begin.Run();
            write();
            _topics.Save();
        }
        catch (SqliteException exception)
        {
            RollBack();
            throw SqliteErrors.Translate(exception, "write");
        }
        catch
        {
            RollBack();
            throw;
        }
        try
        {
            _commit.Run();
        }
        catch (SqliteException exception)
        {
            RollBack();
            throw SqliteErrors.OfCommit(exception);
        }
    }

    private void RollBack()
    {
        _topics.Forget();
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full, or the transaction did not begin
        }
    }

    private void Synchronise(SqliteSynchronous value)
    {
        if (_synchronous == value)
            return;
        using var command = _connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA synchronous = {(int)value}");
        command.ExecuteNonQuery();
        _synchronous = value;
    }

    private void Write(TopicBatch batch)
    {
        var now = batch.Now.ToUnixTimeMilliseconds();
        foreach (var append in batch.Appends)
            Append(append, batch.Now, now);
        foreach (var move in batch.Moves)
            move.Cursor = _subscriptions.Move(move);
        foreach (var operation in batch.Others)
            Write(operation, batch.Now, now);
    }

    private void Append(AppendEvent append, DateTimeOffset time, long now)
    {
        var topic = _topics.FindOrMake(append.Topic);
        if (append.Key is { } key && _keys.Find(topic, key, append.Memory, time) is { } known)
        {
            (append.Sequence, append.IsDuplicate) = (known, true);
            return;
        }
        _topics.Change(topic);
        (append.Sequence, append.IsDuplicate) = (_events.Append(topic, append.Data, now), false);
        if (append.Key is not null)
            _keys.Set(topic, append.Key, append.Sequence, now);
    }

    private void Write(TopicOperation operation, DateTimeOffset time, long now)
    {
        switch (operation)
        {
            case AttachSubscriber attach:
                Attach(attach, now);
                break;
            case DetachSubscriber detach:
                _subscriptions.Detach(detach, now);
                break;
            case RemoveSubscription remove:
                Remove(remove);
                break;
            case ClaimEvents claim:
                Claim(claim);
                break;
            case AcknowledgeClaims acknowledge when _subscriptions.Find(acknowledge.Subscription) is { } row:
                _claims.Acknowledge(row, acknowledge.Sequences);
                break;
            case ReleaseClaims release when _subscriptions.Find(release.Subscription) is { } row:
                _claims.Release(row, release);
                break;
            case TrimTopic trim:
                Trim(trim, time, now);
                break;
            case RenewOwner renew:
                renew.Owners = [new(renew.Owner, renew.Beat)];
                break;
            case RemoveOwner remove:
                _claims.ReleaseAll(remove.Owner);
                _subscriptions.DetachAll(remove.Owner, now);
                break;
        }
    }

    private void Attach(AttachSubscriber attach, long now)
    {
        var topic = _topics.FindOrMake(attach.Subscription.Topic);
        var found = _subscriptions.Find(topic, attach.Subscription.Subscriber);
        attach.IsNew = found is null;
        var row = found ?? _subscriptions.Make(topic, attach.Subscription.Subscriber, attach.IsShared, CursorOf(topic, attach.Start), now);
        attach.IsOtherKind = row.IsShared != attach.IsShared;
        if (attach.IsOtherKind)
            return;
        (attach.Cursor, attach.Sent, attach.Kept, attach.TopicId) = (row.Cursor, row.Sent, topic.Kept, topic.Uid);
        _subscriptions.Attach(row, attach.Owner, now);
    }

    private long CursorOf(TopicRow topic, TopicStart start) => start.Kind switch
    {
        TopicStartKind.Sequence => Math.Max(start.Sequence, topic.First) - 1,
        TopicStartKind.Time => _events.FirstSince(topic, start.Time.ToUnixTimeMilliseconds()) - 1,
        _ => topic.Last,
    };

    private void Remove(RemoveSubscription remove)
    {
        var id = _subscriptions.Remove(remove);
        remove.IsRemoved = id is not null;
        if (id is not null)
            _claims.Remove(id.Value);
    }

    private void Claim(ClaimEvents claim)
    {
        if (_subscriptions.Find(claim.Subscription) is not { } row)
            return;
        var missed = _claims.DropDeleted(row);
        SequenceRange.Add(missed, new(row.Claimed + 1, row.Topic.First - 1));
        var claims = _claims.TakeReleased(row, claim);
        var last = Math.Max(row.Claimed, row.Topic.First - 1);
        while (claims.Count < claim.Max && last < row.Topic.Last)
        {
            claims.Add(new(++last, 1));
            _claims.Take(row, claim.Owner, claims[^1]);
        }
        if (last > row.Claimed)
            _subscriptions.Claim(row, last);
        (claim.Claims, claim.Missed) = (claims, missed);
    }

    private void Trim(TrimTopic trim, DateTimeOffset time, long now)
    {
        if (_topics.Find(trim.Topic) is not { } topic)
            return;
        _keys.Trim(topic, trim.Memory, time);
        var last = Math.Max(_events.LastToTrim(topic, trim, now), topic.Last - (trim.MaxCount ?? topic.Last));
        if (trim.Acknowledged)
            last = Math.Max(last, _subscriptions.Acknowledged(topic) ?? 0);
        last = Math.Min(last, topic.Last);

        var limit = topic.First + trim.MaxDeleted - 1;
        trim.HasMore = last >= limit && limit < topic.Last;
        last = Math.Min(last, limit);
        trim.Deleted = new(topic.First, last);
        if (last >= topic.First)
        {
            _topics.Change(topic);
            _events.Delete(topic, last);
        }
        _topics.RemoveUnused(trim.Topic, topic);
    }
}
