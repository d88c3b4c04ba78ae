using Npgsql;
using NpgsqlTypes;

namespace SocketIo.Postgres;

/// <summary>Parameters with their types, which PostgreSQL could not tell from a null.</summary>
internal static class Parameters
{
    public static NpgsqlParameter Text(string? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Number(long? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter Small(int value) => new NpgsqlParameter<int> { TypedValue = value };

    public static NpgsqlParameter Flag(bool value) => new NpgsqlParameter<bool> { TypedValue = value };

    public static NpgsqlParameter Span(TimeSpan value) => new NpgsqlParameter<TimeSpan> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Interval };

    public static NpgsqlParameter Binary(byte[] value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Texts(string?[] values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Text | NpgsqlDbType.Array };

    public static NpgsqlParameter Numbers(long[] values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Bigint | NpgsqlDbType.Array };

    /// <summary>Null where there are none at all.</summary>
    public static NpgsqlParameter Bytes(byte[]?[]? values) =>
        new() { Value = values ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea | NpgsqlDbType.Array };
}
