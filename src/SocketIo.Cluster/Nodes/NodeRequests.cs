using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Cluster.Nodes;

/// <summary>
/// The requests of a namespace that wait for answers: from the nodes that are known, or from as many as the backplane counts. While
/// something waits the members are counted again.
/// </summary>
/// <param name="server">Knows who is alive.</param>
/// <param name="name">The namespace.</param>
/// <param name="members">Ids of other nodes that were heard in the namespace; the values say nothing.</param>
/// <param name="closed">Cancelled when the namespace has left.</param>
internal sealed class NodeRequests(ClusterServer server, string name, IReadOnlyDictionary<string, bool> members, CancellationToken closed)
{
    private readonly ConcurrentDictionary<string, ClusterRequest> _byId = new(StringComparer.Ordinal);
    private int _isCounting;

    public int Count => _byId.Count;

    /// <summary>A request is about to be sent.</summary>
    public void Add(ClusterRequest request) => _byId[request.Id] = request;

    /// <summary>A request was sent on a link: finds out whom it waits for.</summary>
    public void Await(ClusterRequest request, NamespaceLink link)
    {
        if (link.CountsMembers)
            _ = SampleAsync([request], link);
        else
            request.Await(members.Keys.Where(server.Peers.IsAlive));
    }

    public void Remove(ClusterRequest request) => _byId.TryRemove(request.Id, out _);

    public bool TryGetValue(string id, [NotNullWhen(true)] out ClusterRequest? request) => _byId.TryGetValue(id, out request);

    /// <summary>A node is gone.</summary>
    public void Lose(string nodeId)
    {
        foreach (var request in _byId.Values)
            request.Lose(nodeId);
    }

    /// <summary>Nothing that was asked will be answered.</summary>
    public void EndAll()
    {
        foreach (var request in _byId.Values)
            request.End(isAway: true);
    }

    /// <summary>Asks a link that counts for the members again if something waits, one question at a time.</summary>
    public void CountAgain(NamespaceLink link)
    {
        if (_byId.IsEmpty || Interlocked.Exchange(ref _isCounting, 1) == 1)
            return;
        _ = CountAsync(link);
    }

    private async Task CountAsync(NamespaceLink link)
    {
        await SampleAsync([.. _byId.Values], link).ConfigureAwait(false);
        Volatile.Write(ref _isCounting, 0);
    }

    private async Task SampleAsync(ClusterRequest[] requests, NamespaceLink link)
    {
        var asked = new HashSet<string>(link.NamesAnswers ? members.Keys.Concat(server.Peers.Ours) : server.Peers.Ours, StringComparer.Ordinal);
        asked.UnionWith(requests.Select(static request => request.Asked).OfType<string>());
        try
        {
            var counted = await link.GetMembersAsync(asked, closed).ConfigureAwait(false);
            foreach (var request in requests)
                request.Sample(counted, asked, id => !server.Peers.IsLost(id) && !server.Peers.CameAfter(id, request.SentAt));
        }
        catch (Exception exception)
        {
            NodeLog.CountingFailed(server.Reports.Logger, exception, name);
        }
    }
}
