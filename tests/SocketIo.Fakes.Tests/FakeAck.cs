namespace SocketIo.Fakes.Tests;

/// <summary>An acknowledgement that is written down.</summary>
internal sealed class FakeAck(bool isWanted = true) : Ack
{
    public object?[]? Sent { get; private set; }

    public override bool IsWanted => isWanted;

    public override ValueTask SendAsync(params EventArguments values)
    {
        Sent ??= values.ToArray();
        return ValueTask.CompletedTask;
    }
}
