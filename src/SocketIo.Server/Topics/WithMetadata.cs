using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Topics;

/// <summary>The arguments of a stored event and, behind them, its metadata.</summary>
internal readonly struct WithMetadata(PeerArguments arguments, PeerValue metadata) : IEventArguments
{
    public int Count => arguments.Count + 1;

    public void WriteTo<TWriter>(scoped ref TWriter writer) where TWriter : struct, IArgumentWriter
    {
        arguments.WriteTo(ref writer);
        writer.Write(metadata);
    }

    public object?[] ToArray() => [.. arguments.ToArray(), JsonElement.Parse(metadata.Data.Json.Span)];
}
