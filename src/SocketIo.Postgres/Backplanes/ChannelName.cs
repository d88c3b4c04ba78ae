using System.Text;

namespace SocketIo.Postgres.Backplanes;

/// <summary>The names of channels, which PostgreSQL treats as identifiers.</summary>
internal static class ChannelName
{
    /// <summary>More is cut off by LISTEN, and refused by pg_notify.</summary>
    public const int MaxBytes = 63;

    /// <summary>The channel of a namespace.</summary>
    public static string Of(string prefix, string namespaceName) => $"{prefix}#{namespaceName}";

    /// <summary>Whether PostgreSQL takes the name as it is.</summary>
    public static bool IsValid(string name) => Encoding.UTF8.GetByteCount(name) <= MaxBytes && !name.Contains('\0', StringComparison.Ordinal);

    /// <summary>As an identifier in SQL. Names of namespaces come from clients.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
