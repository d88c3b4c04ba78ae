using System.Buffers;
using System.Net;
using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Polling;

/// <summary>
/// Protocol 3 for browsers without cross-origin requests: an answer is a script that calls a function of the page with the payload
/// as text, a POST is a form whose field d is the payload.
/// </summary>
/// <param name="callback">The number of the function; what is not a digit is left out.</param>
internal sealed class JsonpFormat(string callback) : PayloadFormat
{
    private readonly byte[] _head = Encoding.ASCII.GetBytes($"___eio[{string.Concat(callback.Where(char.IsAsciiDigit))}](");

    public override bool TryUnpack(byte[] body, ref int length)
    {
        if (FindField(body.AsSpan(0, length)) is not { } field || WebUtility.UrlDecodeToBytes(body, field.Start, field.Length) is not { } text)
            return false;
        length = RestoreNewlines(text);
        text.AsSpan(0, length).CopyTo(body);
        return length > 0;
    }

    public override PayloadReadStatus TryRead(ref Span<byte> body, out Span<byte> packet) => Version3.TryRead(ref body, out packet);

    public override bool Fits(Frame frame, ArrayBufferWriter<byte> payload, int limit) => Version3.Fits(frame, payload, limit);

    public override void Write(Frame frame, ArrayBufferWriter<byte> payload) => Version3.Write(frame, payload);

    public override void WriteAlone(ReadOnlySpan<byte> packet, ArrayBufferWriter<byte> payload) => Version3.WriteAlone(packet, payload);

    public override ArrayBufferWriter<byte> Finish(ArrayBufferWriter<byte> payload)
    {
        var script = new ArrayBufferWriter<byte>(_head.Length + payload.WrittenCount + 16);
        script.Write(_head);
        JavaScriptText.Write(payload.WrittenSpan, script);
        script.Write(");"u8);
        return script;
    }

    private static (int Start, int Length)? FindField(ReadOnlySpan<byte> form)
    {
        foreach (var range in form.Split((byte)'&'))
        {
            var (start, length) = range.GetOffsetAndLength(form.Length);
            if (form[range].StartsWith("d="u8))
                return (start + 2, length - 2);
        }
        return null;
    }

    // Forms change line ends, so a client writes a newline as \n, and what was \n before as \\n.
    private static int RestoreNewlines(Span<byte> text)
    {
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at];
            if (text[at..].StartsWith(@"\n"u8))
                (next, at) = ((byte)'\n', at + 1);
            else if (text[at..].StartsWith(@"\\n"u8))
                at++;
            text[length++] = next;
        }
        return length;
    }
}
