using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.Testing;

/// <summary>The acknowledgements of a broadcast: those of own sockets and of others.</summary>
/// <param name="Values">The values as JSON, in the order of their arrival.</param>
/// <param name="SocketIds">Who acknowledged, in the same order; null where a node does not tell.</param>
/// <param name="MissingIds">The sockets that did not, as far as they are known.</param>
/// <param name="MissingCount">How many sockets did not.</param>
/// <param name="MissingNodes">The nodes of which it is not known how many sockets got the event.</param>
public sealed record TestAcks(
    IReadOnlyList<PacketData> Values, IReadOnlyList<string?> SocketIds, IReadOnlyList<string> MissingIds, int MissingCount, MissingNodes MissingNodes)
{
    /// <summary>Collects what other nodes tell.</summary>
    internal sealed class Collector : IRemoteAcks
    {
        private readonly List<PacketData> _values = [];
        private readonly List<string?> _socketIds = [];
        private readonly TaskCompletionSource<RemoteAckSummary> _summary = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RemoteAckSummary> WhenComplete => _summary.Task;

        public void Receive(string? socketId, in PacketData value)
        {
            lock (_values)
            {
                _values.Add(value);
                _socketIds.Add(socketId);
            }
        }

        public void Complete(RemoteAckSummary summary) => _summary.TrySetResult(summary);

        public TestAcks ToAcks(RemoteAckSummary summary, IReadOnlyCollection<TestSocket> silent)
        {
            lock (_values)
            {
                return new TestAcks(
                    [.. _values], [.. _socketIds], [.. silent.Select(static socket => socket.Id), .. summary.SocketIds], silent.Count + summary.Count, summary.Nodes);
            }
        }
    }
}
