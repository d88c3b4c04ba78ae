namespace SocketIo.Handlers;

/// <summary>The acknowledgement that a handler has taken over.</summary>
internal sealed class ClientAck(AckReply reply) : Ack
{
    public override bool IsWanted => reply.IsWanted;

    public override ValueTask SendAsync(params EventArguments values)
    {
        reply.Send(values);
        return ValueTask.CompletedTask;
    }
}
