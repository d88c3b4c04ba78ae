using System.Text;

namespace SocketIo.Engine;

/// <summary>A message from a client: text or binary.</summary>
public readonly ref struct EngineMessage
{
    internal EngineMessage(ReadOnlySpan<byte> data, bool isBinary)
    {
        Data = data;
        IsBinary = isBinary;
    }

    /// <summary>Whether the message is binary; else it is text.</summary>
    public bool IsBinary { get; }

    /// <summary>The bytes; of a text message its UTF-8 form, already validated.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The text as a new string.</summary>
    public string Text => Encoding.UTF8.GetString(Data);
}
