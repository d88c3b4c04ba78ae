using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Protocol;

namespace SocketIo.Peers;

/// <summary>Describes own sockets to other servers.</summary>
/// <param name="format">Writes what the application keeps with them.</param>
/// <param name="sharesSecrets">Whether headers and auth, which hold cookies and tokens, are told.</param>
internal sealed class PeerSockets(PeerFormat format, bool sharesSecrets)
{
    // As JavaScript writes a date as text.
    private const string DateFormat = "ddd MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'";

    public RemoteSocketData Describe(Socket socket) => new()
    {
        Id = socket.Id, Handshake = Describe(socket.Handshake), Rooms = RoomNames.Create([.. socket.Rooms]), Data = Describe(socket.DataIfAny ?? []),
    };

    private PacketData Describe(IEnumerable<KeyValuePair<string, object?>> data) => format.WriteObject(data);

    private PacketData Describe(Handshake handshake)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = StringifyEncoder.Instance, SkipValidation = true }))
        {
            json.WriteStartObject();
            Write(json, "headers", sharesSecrets ? handshake.Headers : [], static name => name.ToLowerInvariant());
            json.WriteString("time", handshake.Issued.ToString(DateFormat, CultureInfo.InvariantCulture));
            json.WriteString("address", handshake.Address);
            json.WriteBoolean("xdomain", handshake.CrossDomain);
            json.WriteBoolean("secure", handshake.Secure);
            json.WriteNumber("issued", handshake.Issued.ToUnixTimeMilliseconds());
            json.WriteString("url", handshake.Url);
            Write(json, "query", handshake.Query, static name => name);
            json.WritePropertyName("auth");
            json.WriteRawValue(sharesSecrets ? handshake.Auth.ToString() : "{}", skipInputValidation: true);
            json.WriteEndObject();
        }
        return new PacketData(output.WrittenMemory);
    }

    private static void Write(
        Utf8JsonWriter json, string member, IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> texts, Func<string, string> nameOf)
    {
        json.WriteStartObject(member);
        foreach (var (name, values) in texts)
        {
            json.WritePropertyName(nameOf(name));
            if (values.Count == 1)
            {
                json.WriteStringValue(values[0]);
                continue;
            }
            json.WriteStartArray();
            foreach (var value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
