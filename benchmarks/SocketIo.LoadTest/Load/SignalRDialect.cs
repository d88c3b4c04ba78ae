namespace SocketIo.LoadTest.Load;

/// <summary>SignalR's JSON hub protocol, without negotiation.</summary>
internal sealed class SignalRDialect : Dialect
{
    private const byte RecordSeparator = 0x1e;

    public override string PathOf(int client) => "/hub";

    public override ReadOnlySpan<byte> Opening => """{"protocol":"json","version":1}"""u8;

    public override ReadOnlySpan<byte> Terminator => [RecordSeparator];

    public override bool TryTake(ref ReadOnlySpan<byte> message, out ReadOnlySpan<byte> text)
    {
        text = [];
        if (message.IsEmpty)
            return false;
        var end = message.IndexOf(RecordSeparator);
        if (end < 0)
            throw new DeliveryException("a SignalR record without its end");
        text = message[..end];
        message = message[(end + 1)..];
        return true;
    }

    public override bool TryGreet(ReadOnlySpan<byte> text, out bool isJoined, out ReadOnlySpan<byte> answer)
    {
        isJoined = text.SequenceEqual("{}"u8);
        answer = [];
        return isJoined;
    }

    public override bool TryHeartbeat(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> answer)
    {
        answer = """{"type":6}"""u8;
        return text.SequenceEqual(answer);
    }

    public override NumberedText Event(string name, string[] arguments, string padding) => new(
        $"{{\"type\":1,\"target\":\"{name}\",\"arguments\":[{string.Concat(arguments.Select(static argument => $"\"{argument}\","))}\"",
        $"{padding}\"]}}");

    public override NumberedText Request(string name, string argument) => new(
        "{\"type\":1,\"invocationId\":\"", $"\",\"target\":\"{name}\",\"arguments\":[\"{argument}\"]}}");

    public override NumberedText Answer(string argument) => new("{\"type\":3,\"invocationId\":\"", $"\",\"result\":\"{argument}\"}}");
}
