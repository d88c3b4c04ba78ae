using System.Buffers.Text;
using System.Text;

namespace SocketIo.LoadTest.Load;

/// <summary>Each connection gets what its subscriber has missed, once and in order, and acknowledges it.</summary>
internal sealed class ReturnWorkload(LoadClient client, int clients, int payloadBytes) : Workload(client)
{
    /// <summary>How many events each subscriber has missed.</summary>
    public const int Missed = 100;

    private const int Eight = 8; // digits of the number in the payload
    private const int LongestAck = 32;

    private readonly NumberedText _event = new("[\"missed\",\"", $"{PaddingOf(payloadBytes)}\"]");
    private readonly int[] _next = [.. Enumerable.Repeat(NumberedText.First, clients)]; // by connection: the number it must get next

    protected override bool IsDrained => Operations == (long)clients * Missed;

    public static string PaddingOf(int payloadBytes) => Padding(payloadBytes - Eight);

    // 42, the acknowledgement's id, name and argument
    public override bool TryDeliver(Connection connection, ReadOnlySpan<byte> text, long now)
    {
        if (!text.StartsWith("42"u8) || !Utf8Parser.TryParse(text[2..], out long id, out var digits) || !_event.TryRead(text[(2 + digits)..], out var number))
            return false;
        if (number != _next[connection.Index]++)
            throw Wrong(connection, _next[connection.Index] - 1, number, text);
        Operations++;
        Span<byte> ack = stackalloc byte[LongestAck];
        Encoding.UTF8.TryGetBytes($"43{id}[]", ack, out var length);
        Client.Outgoing.Add(ack[..length]);
        return true;
    }

    // they come by themselves
    protected override void Begin()
    {
    }
}
