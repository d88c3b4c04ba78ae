namespace SocketIo.Engine;

/// <summary>
/// How the answers of long-polling are compressed: by gzip, deflate or br, whichever the request's Accept-Encoding prefers, in this
/// order where it prefers none.
/// </summary>
public sealed class HttpCompressionOptions
{
    /// <summary>Answers of fewer bytes are sent as they are. Default 1024.</summary>
    public int Threshold { get; set; } = 1024;

    internal void Check(OptionCheck check) =>
        check.NotNegative(Threshold, $"{nameof(EngineOptions.HttpCompression)}.{nameof(Threshold)}");
}
