using System.Buffers;
using System.Text;
using SocketIo.Cluster;

namespace SocketIo.Redis.Classic;

/// <summary>The names of a namespace's channels.</summary>
internal sealed class ClassicChannels(string prefix, string namespaceName)
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[]\\");

    private readonly string _broadcasts = $"{prefix}#{namespaceName}#";

    /// <summary>All channels of broadcasts, as a pattern: names that look like one are meant as they are.</summary>
    public string BroadcastPattern { get; } = Escape($"{prefix}#{namespaceName}#") + "*";

    public string Requests { get; } = $"{prefix}-request#{namespaceName}#";

    public string Answers { get; } = $"{prefix}-response#{namespaceName}#";

    /// <summary>Answers to one node.</summary>
    public string AnswersTo(string node) => $"{Answers}{node}#";

    /// <summary>Broadcasts to these rooms; one room has a channel of its own.</summary>
    public string BroadcastsTo(in RoomNames rooms) => rooms.Count == 1 ? $"{_broadcasts}{rooms[0]}#" : _broadcasts;

    private static string Escape(string name)
    {
        if (name.AsSpan().IndexOfAny(Special) < 0)
            return name;
        var pattern = new StringBuilder();
        foreach (var character in name)
        {
            if (Special.Contains(character))
                pattern.Append('\\');
            pattern.Append(character);
        }
        return pattern.ToString();
    }
}
