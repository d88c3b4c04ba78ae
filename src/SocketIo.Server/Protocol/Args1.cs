namespace SocketIo.Protocol;

internal readonly struct Args<T1>(T1 arg1) : IEventArguments
{
    private readonly T1 _arg1 = arg1;

    public int Count => 1;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter => writer.Write(_arg1);

    public object?[] ToArray() => [_arg1];
}
