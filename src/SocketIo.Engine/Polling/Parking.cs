namespace SocketIo.Engine.Polling;

/// <summary>What became of a poll at a <see cref="PollGate"/>.</summary>
internal enum Parking
{
    /// <summary>It waits.</summary>
    Parked,

    /// <summary>It need not wait: nothing comes for it.</summary>
    Released,

    /// <summary>Another one waits.</summary>
    Overlaps,
}
