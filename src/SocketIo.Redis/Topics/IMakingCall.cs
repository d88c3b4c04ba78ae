using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>A call that makes its topic where it is missing, if the topic is in the list of topics.</summary>
internal interface IMakingCall
{
    TopicName Topic { get; }

    /// <summary>What stands in the list since it was made sure of; empty when the topic is believed to be there.</summary>
    string Token { get; set; }

    /// <summary>Whether the topic was not there and not to be made, so that nothing was done.</summary>
    bool IsHomeless { get; }
}
