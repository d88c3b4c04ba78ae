namespace SocketIo.Protocol;

internal readonly struct Args0 : IEventArguments
{
    public int Count => 0;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter
    {
    }

    public object?[] ToArray() => [];
}
