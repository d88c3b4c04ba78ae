using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>A transport of which one member throws; the others do nothing, and writes are thrown away.</summary>
internal sealed class BrokenTransport(EngineTransports kind, string throwing) : Transport
{
    public override EngineTransports Kind => Call(nameof(Kind), kind);

    public override bool IsWritable => true;

    /// <summary>Whether nothing is written.</summary>
    public bool IsBusy { get; init; }

    public override WriteResult TryWrite(Outbox outbox)
    {
        if (IsBusy)
            return WriteResult.Busy;
        if (outbox.First.IsClose || outbox.First.Span[2] != '0')
            Call(nameof(TryWrite), true);
        outbox.ConsumeFirst();
        return WriteResult.Written;
    }

    public override void Abort() => Call(nameof(Abort), true);

    public override void Dismiss() => Call(nameof(Dismiss), true);

    public override void Keep() => Call(nameof(Keep), true);

    private T Call<T>(string member, T result) =>
        member == throwing ? throw new InvalidOperationException("of a transport") : result;
}
