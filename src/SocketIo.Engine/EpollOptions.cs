namespace SocketIo.Engine;

/// <summary>Options of the transport that <see cref="EpollExtensions.UseEpoll"/> turns on.</summary>
public sealed class EpollOptions
{
    /// <summary>
    /// How many threads wait for the connections' bytes and handle them; each connection belongs to one. Default: one for each
    /// processor, at most 16.
    /// </summary>
    public int Threads { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>How many connections may wait to be accepted (the operating system's limit holds besides). Default 512.</summary>
    public int Backlog { get; set; } = 512;
}
