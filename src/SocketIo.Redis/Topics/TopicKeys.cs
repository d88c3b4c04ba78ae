using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>
/// The names of keys. Those of one topic have its name in braces, so that they lie on one master of a Redis Cluster; what is known of all
/// topics together lies elsewhere.
/// </summary>
internal sealed class TopicKeys(string prefix)
{
    private readonly string _index = $"{prefix}:{{topics}}";

    /// <summary>The channel of news.</summary>
    public string Channel { get; } = $"{prefix}:topics";

    /// <summary>The version of the keys.</summary>
    public string Version => _index + ":version";

    /// <summary>A hash: the topics, each with the token of the last who may have made it.</summary>
    public string Names => _index + ":names";

    /// <summary>A hash: servers and their beats.</summary>
    public string Owners => _index + ":owners";

    /// <summary>A set: the topics of which a server has subscribers or claims.</summary>
    public string TopicsOf(string owner) => $"{_index}:owner:{owner}";

    /// <summary>A hash: what there is of the topic. The names of its other keys begin with this.</summary>
    public string Topic(TopicName topic) => $"{prefix}:{{{NameOf(topic)}}}";

    /// <summary>The topic's name as one text. Names have no NUL.</summary>
    public static string NameOf(TopicName topic) => $"{topic.Namespace}\0{topic.Name}";

    /// <summary>The opposite of <see cref="NameOf"/>; null for what is no such text.</summary>
    public static TopicName? Parse(string name) => name.Split('\0') is [var space, var topic] ? new TopicName(space, topic) : null;
}
