using System.Runtime.InteropServices;
using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>The appends of a batch, as one statement.</summary>
internal abstract class AppendCommand
{
    /// <summary>Commands for appends with or without keys, which differ in who counts, and for those to one topic.</summary>
    public static AppendCommand Of(IReadOnlyList<AppendEvent> appends)
    {
        if (appends.Any(static one => one.Key is not null))
            return new KeyedAppendCommand(appends);
        return OneTopicAppendCommand.Takes(appends) ? new OneTopicAppendCommand(appends) : new PlainAppendCommand(appends);
    }

    public abstract IEnumerable<TopicName> Topics { get; }

    /// <summary>After the reading: those whose topic was removed by another server, so that they are not stored.</summary>
    public abstract IReadOnlyList<AppendEvent> Homeless { get; }

    public abstract NpgsqlBatchCommand ToCommand(PostgresDatabase database, long now, IReadOnlyDictionary<TopicName, long> ids);

    public abstract Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken);

    protected static NpgsqlBatchCommand NewCommand(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    protected static NpgsqlParameter JsonOf(IReadOnlyList<AppendEvent> appends) => Parameters.Bytes(Each(appends, static one => BytesOf(one.Data.Json)));

    protected static NpgsqlParameter AttachmentsOf(IReadOnlyList<AppendEvent> appends) => Parameters.Bytes(
        appends.Any(static one => one.Data.HasAttachments) ? Each(appends, static one => AttachmentBlob.Pack(one.Data)) : null);

    protected static T[] Each<T>(IReadOnlyList<AppendEvent> appends, Func<AppendEvent, T> part)
    {
        var parts = new T[appends.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = part(appends[i]);
        return parts;
    }

    // the driver's arrays are of arrays
    private static byte[] BytesOf(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
