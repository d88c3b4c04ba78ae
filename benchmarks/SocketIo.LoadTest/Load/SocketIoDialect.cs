namespace SocketIo.LoadTest.Load;

/// <summary>Engine.IO 4 with Socket.IO 5, WebSocket only.</summary>
internal sealed class SocketIoDialect : Dialect
{
    public override string PathOf(int client) => $"/socket.io/?EIO=4&transport=websocket&user={client}";

    public override ReadOnlySpan<byte> Opening => [];

    public override ReadOnlySpan<byte> Terminator => [];

    public override bool TryTake(ref ReadOnlySpan<byte> message, out ReadOnlySpan<byte> text)
    {
        text = message;
        message = [];
        return !text.IsEmpty;
    }

    public override bool TryGreet(ReadOnlySpan<byte> text, out bool isJoined, out ReadOnlySpan<byte> answer)
    {
        isJoined = text.StartsWith("40{"u8);
        answer = isJoined ? [] : "40"u8;
        return isJoined || text.StartsWith("0{"u8);
    }

    public override bool TryHeartbeat(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> answer)
    {
        answer = "3"u8;
        return text.SequenceEqual("2"u8);
    }

    public override NumberedText Event(string name, string[] arguments, string padding) =>
        new($"42[\"{name}\",{string.Concat(arguments.Select(static argument => $"\"{argument}\","))}\"", $"{padding}\"]");

    public override NumberedText Request(string name, string argument) => new("42", $"[\"{name}\",\"{argument}\"]");

    public override NumberedText Answer(string argument) => new("43", $"[\"{argument}\"]");
}
