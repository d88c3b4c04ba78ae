using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

/// <summary>One answer of the reader, in a form that compares and prints well.</summary>
internal sealed record Received(FrameReadStatus Status, string Payload, int Code = 0, string Reason = "")
{
    // A long payload as its hash: differences of long strings take minutes to print.
    public static Received Of(FrameReadStatus status, byte[] payload) => new(status, payload.Length <= 200
        ? Convert.ToHexString(payload)
        : $"{payload.Length} bytes with hash {Convert.ToHexString(SHA256.HashData(payload))}");

    public static Received Text(string text) => Of(FrameReadStatus.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Reads all of the parts, as they come one after the other or as one sequence, up to a Close or an Error.</summary>
    public static List<Received> From(FrameReader reader, byte[][] parts, bool incremental)
    {
        var all = new List<Received>();
        byte[] left = [];
        foreach (var batch in incremental ? parts.Select(part => new[] { part }) : [parts])
        {
            var input = Segments.Of(left.Length == 0 ? batch : [left, .. batch]);
            if (ReadBatch(reader, ref input, all))
                break;
            left = input.ToArray();
            Assert.That(left, Has.Length.LessThan(14), "Only a part of a header may stay in the input.");
        }

        return all;
    }

    private static bool ReadBatch(FrameReader reader, ref ReadOnlySequence<byte> input, List<Received> all)
    {
        while (reader.TryRead(ref input) is var status && status != FrameReadStatus.NeedMore)
        {
            var ended = status is FrameReadStatus.Close or FrameReadStatus.Error;
            all.Add(Of(status, reader.Payload.ToArray()) with
            {
                Code = ended ? reader.CloseCode : 0,
                Reason = status == FrameReadStatus.Close ? reader.CloseReason : "",
            });
            if (ended)
                return true;
        }

        return false;
    }
}
