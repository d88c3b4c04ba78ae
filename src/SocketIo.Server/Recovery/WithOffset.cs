using SocketIo.Protocol;

namespace SocketIo.Recovery;

/// <summary>An event's arguments and, behind them, its offset: the same bytes for all receivers.</summary>
internal readonly ref struct WithOffset<TArgs>(TArgs args, string offset) : IEventArguments
    where TArgs : struct, IEventArguments, allows ref struct
{
    private readonly TArgs _args = args;

    public int Count => _args.Count + 1;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter
    {
        _args.WriteTo(ref writer);
        writer.Write(offset);
    }

    public object?[] ToArray() => [.. _args.ToArray(), offset];
}
