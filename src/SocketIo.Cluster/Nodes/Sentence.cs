using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Cluster.Nodes;

/// <summary>Reasons come from many libraries, with a full stop or without.</summary>
internal static class Sentence
{
    /// <summary>The reason with one.</summary>
    [return: NotNullIfNotNull(nameof(reason))]
    public static string? Of(string? reason) => reason is null || reason.EndsWith('.') ? reason : reason + ".";
}
