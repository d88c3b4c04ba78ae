using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

/// <summary>One argument of a static type.</summary>
internal readonly struct One<T>(T value) : IEventArguments
{
    public int Count => 1;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter => writer.Write(value);

    public object?[] ToArray() => [value];
}
