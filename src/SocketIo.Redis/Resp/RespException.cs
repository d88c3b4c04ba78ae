using System.Text;

namespace SocketIo.Redis.Resp;

/// <summary>Redis refused a command.</summary>
internal sealed class RespException : Exception
{
    public RespException(ReadOnlySpan<byte> error)
        : this(Encoding.UTF8.GetString(error))
    {
    }

    public RespException(string error)
        : base(error)
    {
        var end = error.IndexOf(' ', StringComparison.Ordinal);
        Code = end < 0 ? error : error[..end];
    }

    /// <summary>The first word, such as MOVED or NOPERM.</summary>
    public string Code { get; }
}
