using Microsoft.Extensions.DependencyInjection;
using SocketIo.MessagePack;

namespace SocketIo;

/// <summary>Adds the MessagePack wire format to a server.</summary>
public static class MessagePackSocketIoBuilderExtensions
{
    /// <summary>
    /// Sends and reads packets as MessagePack, for clients with socket.io-msgpack-parser; clients without it cannot connect any more.
    /// </summary>
    /// <remarks>
    /// Text, numbers, booleans and byte arrays are MessagePack as they are. All other arguments are what
    /// <see cref="SocketIoOptions.Json"/> makes of them, with binary data (<c>byte[]</c> and memory of bytes) at any depth as such, and
    /// <see cref="DateTime"/> (unless of unspecified kind) and <see cref="DateTimeOffset"/> as a JavaScript Date, to the millisecond.
    /// Integers are exact up to 64 bits here; JavaScript rounds those beyond 2^53. A <c>decimal</c> with a fraction is sent as a double.
    /// NaN and infinities travel as they are, wherever they stand; read as JSON they are null. As JSON, binary data reads as base64
    /// text, and undefined as null, or in an object as no property at all.
    /// </remarks>
    public static SocketIoBuilder AddMessagePack(this SocketIoBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.PostConfigure<SocketIoOptions>(static options => options.Parser = new MessagePackPacketParser(options.Json));
        return builder;
    }
}
