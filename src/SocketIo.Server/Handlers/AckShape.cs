using SocketIo.Protocol;

namespace SocketIo.Handlers;

/// <summary>Reads an acknowledgement as the result that was asked for.</summary>
/// <param name="read">Reads it where it arrives, without keeping the packet.</param>
/// <param name="of">Reads it from values, such as those of a unit test.</param>
internal sealed class AckShape<TResult>(AckShape<TResult>.Reader read, Func<AckValues, TResult> of)
{
    public delegate TResult Reader(ref ArgumentReader arguments);

    /// <exception cref="EventArgumentException">A value can't be converted.</exception>
    public TResult Read(ref ArgumentReader arguments) => read(ref arguments);

    /// <exception cref="EventArgumentException">A value can't be converted.</exception>
    public TResult Of(AckValues values) => of(values);

    public async Task<TResult> OfAsync(Task<AckValues> ack) => of(await ack.ConfigureAwait(false));

    public async Task<AckResults<TResult>> OfAsync(Task<AckResults<AckValues>> acks)
    {
        var results = await acks.ConfigureAwait(false);
        return new AckResults<TResult>(
            [.. results.Responses.Select(response => new AckResponse<TResult>(response.SocketId, of(response.Value), response.HasValue))],
            results.Missing) { MissingCount = results.MissingCount, MissingServers = results.MissingServers };
    }
}
