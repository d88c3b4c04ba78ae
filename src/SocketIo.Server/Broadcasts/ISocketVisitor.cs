namespace SocketIo.Broadcasts;

/// <summary>What is done to each socket of a target. Implemented by structs, so that a walk allocates nothing.</summary>
internal interface ISocketVisitor
{
    void Visit(Socket socket);
}
