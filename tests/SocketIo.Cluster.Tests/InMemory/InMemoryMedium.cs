using SocketIo.Cluster.InMemory;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>What connects the servers of one test, and can be stopped.</summary>
internal sealed class InMemoryMedium(InMemoryClusterOptions options)
{
    private readonly InMemoryCluster _cluster = new(options);
    private readonly List<InMemoryBackplane> _backplanes = [];
    private bool _isStopped;

    public InMemoryBackplane CreateBackplane()
    {
        var backplane = _cluster.CreateBackplane();
        _backplanes.Add(backplane);
        if (_isStopped)
            backplane.Cut();
        return backplane;
    }

    public void Stop()
    {
        _isStopped = true;
        _backplanes.ForEach(static backplane => backplane.Cut());
    }

    public void Start()
    {
        _isStopped = false;
        _backplanes.ForEach(static backplane => backplane.Restore());
    }
}
