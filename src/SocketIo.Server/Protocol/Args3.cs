namespace SocketIo.Protocol;

internal readonly struct Args<T1, T2, T3>(T1 arg1, T2 arg2, T3 arg3) : IEventArguments
{
    private readonly T1 _arg1 = arg1;
    private readonly T2 _arg2 = arg2;
    private readonly T3 _arg3 = arg3;

    public int Count => 3;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter
    {
        writer.Write(_arg1);
        writer.Write(_arg2);
        writer.Write(_arg3);
    }

    public object?[] ToArray() => [_arg1, _arg2, _arg3];
}
