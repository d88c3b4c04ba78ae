using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Streams;

/// <summary>An entry of a stream: a message with its head in fields of their own.</summary>
/// <param name="Offset">The entry's id.</param>
/// <param name="Uid">The sender.</param>
/// <param name="Namespace">The namespace; null for an entry that is not ours.</param>
/// <param name="Type">What it is for.</param>
/// <param name="Data">JSON, or base64 of MessagePack.</param>
internal sealed record StreamEntry(string Offset, string? Uid, string? Namespace, int Type, ReadOnlyMemory<byte> Data)
{
    private bool IsBroadcast => Type == (int)MessageType.Broadcast;

    /// <summary>Writes the fields as parts of a command: four pairs, three without data.</summary>
    public static void Write(ClusterMessage message, bool onlyPlaintext, RespWriter commands)
    {
        commands.Text("uid"u8);
        commands.Text(message.Sender);
        commands.Text("nsp"u8);
        commands.Text(message.Namespace);
        commands.Text("type"u8);
        commands.Number((long)message.Type);
        commands.Text("data"u8);
        if (!onlyPlaintext && MixedFormat.IsBinary(message))
            WriteBinary(message, commands);
        else
            WriteText(message, commands);
    }

    /// <summary>Reads an entry of an answer: its id and its fields.</summary>
    public static StreamEntry Read(ref RespReader reply)
    {
        if (reply.ReadList() != 2)
            throw reply.Unexpected();
        var offset = reply.ReadString();
        var (uid, name, type) = (default(string), default(string), 0);
        var data = default(ReadOnlyMemory<byte>);
        // an entry that was deleted while it was read has no fields
        for (var fields = reply.Read() == RespKind.List ? reply.Elements : 0; fields > 1; fields -= 2)
        {
            switch (reply.ReadText())
            {
                case var field when field.SequenceEqual("uid"u8):
                    uid = reply.ReadString();
                    break;
                case var field when field.SequenceEqual("nsp"u8):
                    name = reply.ReadString();
                    break;
                case var field when field.SequenceEqual("type"u8):
                    type = Utf8Parser.TryParse(reply.ReadText(), out int number, out _) ? number : 0;
                    break;
                case var field when field.SequenceEqual("data"u8):
                    data = reply.ReadText().ToArray();
                    break;
                default:
                    reply.Skip(1);
                    break;
            }
        }
        return new StreamEntry(offset, uid, name, type, data);
    }

    /// <summary>
    /// Reads the message. A broadcast that clients can recover has its offset; volatile ones, which JavaScript nodes keep in the stream
    /// like others, have none.
    /// </summary>
    public bool TryRead([NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        if (!TryReadData(out message, out error))
            return false;
        if (IsBroadcast && message is { RequestId: null, Flags.IsVolatile: false })
            message = message with { Offset = Offset };
        return true;
    }

    private bool TryReadData([NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        if (Data is { IsEmpty: false, Span: [(byte)'{', ..] } or { IsEmpty: true })
            return ClusterJson.TryReadData(Data, (MessageType)Type, Uid ?? "", Namespace!, out message, out error);
        if (TryDecode(Data.Span) is { } bytes)
            return ClusterMessagePack.TryReadData(bytes, (MessageType)Type, Uid ?? "", Namespace!, out message, out error);
        (message, error) = (null, "data that is neither JSON nor base64");
        return false;
    }

    private static ReadOnlyMemory<byte>? TryDecode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var length) == OperationStatus.Done ? bytes.AsMemory(0, length) : null;
    }

    private static void WriteText(ClusterMessage message, RespWriter commands)
    {
        commands.BeginText();
        ClusterJson.WriteData(message, commands);
        commands.EndText();
    }

    private static void WriteBinary(ClusterMessage message, RespWriter commands)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ClusterMessagePack.WriteData(message, bytes, MessagePackFlavor.Official);
        commands.BeginText();
        Base64.EncodeToUtf8(bytes.WrittenSpan, commands.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.WrittenCount)), out _, out var written);
        commands.Advance(written);
        commands.EndText();
    }
}
