namespace SocketIo.Redis.Resp;

/// <summary>Gets the messages of a subscription, one at a time.</summary>
internal interface IChannelHandler
{
    /// <summary>A message. Must not throw, and must copy what it keeps.</summary>
    void Receive(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload);
}
