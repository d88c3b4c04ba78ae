using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Sockets;

/// <summary>
/// The acknowledgements that one socket owes, by id: one without memory of its own, more in a table. Whoever takes one out has it to
/// himself. Locks itself, as nobody else can.
/// </summary>
internal sealed class SocketAcks
{
    // A table that was larger does not stay when it is empty.
    private const int SmallTable = 16;

    // all guarded by the lock; _only has its place while there is no table
    private long _onlyId;
    private PendingAck? _only;
    private Dictionary<long, PendingAck>? _table;

    public int Count
    {
        get
        {
            lock (this)
                return _table?.Count ?? (_only is null ? 0 : 1);
        }
    }

    public AckAddition Add(long id, PendingAck ack, int max)
    {
        lock (this)
        {
            if (_table is null && _only is null)
            {
                (_onlyId, _only) = (id, ack);
                return AckAddition.Added;
            }
            var table = _table ?? ToTable();
            if (table.Count >= max)
                return table.ContainsKey(id) ? AckAddition.Known : AckAddition.TooMany;
            return table.TryAdd(id, ack) ? AckAddition.Added : AckAddition.Known;
        }
    }

    public bool TryTake(long id, [NotNullWhen(true)] out PendingAck? ack)
    {
        lock (this)
        {
            if (_table is not null)
                return TryTakeFromTable(id, out ack);
            ack = _onlyId == id ? _only : null;
            if (ack is not null)
                _only = null;
            return ack is not null;
        }
    }

    public PendingAck[] TakeAll()
    {
        lock (this)
        {
            PendingAck[] all = _table is not null ? [.. _table.Values] : _only is not null ? [_only] : [];
            (_only, _table) = (null, null);
            return all;
        }
    }

    private bool TryTakeFromTable(long id, [NotNullWhen(true)] out PendingAck? ack)
    {
        var isTaken = _table!.Remove(id, out ack);
        if (_table is { Count: 0, Capacity: > SmallTable })
            _table = null;
        return isTaken;
    }

    private Dictionary<long, PendingAck> ToTable()
    {
        _table = new Dictionary<long, PendingAck> { [_onlyId] = _only! };
        _only = null;
        return _table;
    }
}
