namespace SocketIo.Redis.Resp;

/// <summary>What a server says of itself (INFO); null where it does not tell.</summary>
internal sealed record RespServerInfo
{
    /// <summary>Which run of which server it is.</summary>
    public string? Run { get; init; }

    /// <summary>The version of Redis.</summary>
    public string? Version { get; init; }

    /// <summary>What it deletes when its memory is full: maxmemory-policy.</summary>
    public string? EvictionPolicy { get; init; }

    /// <summary>Whether it copies a master, so that nothing is to be written to it.</summary>
    public bool IsReplica { get; init; }

    /// <summary>Reads the text of INFO: lines with a name, a colon and a value. Null when it is another text.</summary>
    public static RespServerInfo? Parse(string text)
    {
        var nothing = new RespServerInfo();
        var info = nothing;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IndexOf(':') is >= 0 and var colon)
                info = info.With(line[..colon], line[(colon + 1)..]);
        }
        return info == nothing ? null : info;
    }

    private RespServerInfo With(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "run_id" => this with { Run = value.ToString() },
        "redis_version" => this with { Version = value.ToString() },
        "maxmemory_policy" => this with { EvictionPolicy = value.ToString() },
        "role" => this with { IsReplica = value is "slave" },
        _ => this,
    };
}
