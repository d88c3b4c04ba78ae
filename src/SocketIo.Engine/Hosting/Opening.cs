using SocketIo.Engine.Polling;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>A session that may begin.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Revision3">For a client of protocol 3.</param>
/// <param name="Format">How its bodies are written while it polls.</param>
/// <param name="Claim">Where the application made the id: what keeps it, until the session is found by it or fails to begin.</param>
internal readonly record struct Opening(string Id, Revision3? Revision3, PayloadFormat Format, IdClaim? Claim)
{
    public static Opening Of(in EngineQuery query, IdClaim? claim = null)
    {
        var id = claim?.Id ?? SessionStore.NewId();
        if (query.IsVersion4)
            return new Opening(id, null, PayloadFormat.Version4, claim);
        var format = query.Callback is { } callback ? new JsonpFormat(callback) : PayloadFormat.Version3;
        return new Opening(id, new Revision3(query.IsBase64 || query.Callback is not null), format, claim);
    }
}
