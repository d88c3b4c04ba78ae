using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Cluster.InMemory;
using SocketIo.Cluster.Testing;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Simulation;

/// <summary>
/// A cluster under churn on one thread and a clock of its own: nodes come, leave, are killed, hang and are cut off, sockets join and
/// leave rooms, and everybody emits and asks. The same seed runs the same way. It knows who must have got what.
/// </summary>
internal sealed class ClusterSimulation : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly ManualWorkQueue _work = new();
    private readonly InMemoryCluster _cluster;
    private readonly Random _random;
    private readonly int _rooms;
    private readonly List<Emitted> _emitted = [];
    private readonly List<Task> _requests = [];

    // The ends of nodes, parts of which run on the thread pool.
    private readonly List<Task> _leaving = [];
    private int _round;
    private int _lastNumber;

    public ClusterSimulation(InMemoryClusterOptions options, int rooms)
    {
        _cluster = new InMemoryCluster(options, _clock, _work);
        _random = new Random(options.Faults.Seed);
        _rooms = rooms;
    }

    public List<SimulatedNode> Nodes { get; } = [];

    public IEnumerable<SimulatedNode> Well => Nodes.Where(static node => node.IsWell);

    public int Deliveries { get; private set; }

    public int Requests => _requests.Count;

    public void Start(int count, int socketsOfEach)
    {
        for (var i = 0; i < count; i++)
            StartNode(socketsOfEach);
        Advance(TimeSpan.FromSeconds(3));
    }

    /// <summary>Lets so many things happen, waits until all is quiet, and checks who has got what.</summary>
    public void Round(int happenings)
    {
        _round++;
        for (var i = 0; i < happenings; i++)
        {
            Happen();
            _work.RunAll();
            if (_random.Next(4) == 0)
                Advance(TimeSpan.FromMilliseconds(_random.Next(30)));
        }
        Heal();
        Advance(TimeSpan.FromSeconds(7));
        Check();
    }

    /// <summary>Sends messages to one room each; how many of them a node reads on average.</summary>
    public double ReadsOfRoomMessages(int count)
    {
        var before = Nodes.Sum(static node => node.Backplane.ReceivedCount);
        for (var i = 0; i < count; i++)
        {
            Any().Node.Root.Emit(Text(++_lastNumber), [Room()]);
            _work.RunAll();
        }
        return (Nodes.Sum(static node => node.Backplane.ReceivedCount) - before) / (double)Nodes.Count;
    }

    /// <summary>Ends all nodes; says what is left of them.</summary>
    public string[] End()
    {
        List<string> left = [];
        foreach (var one in Nodes.Where(static node => !node.IsDead).ToArray())
        {
            foreach (var socket in one.Sockets)
                one.Node.Root.Disconnect(socket);
            Leave(one);
        }
        for (var gone = Task.WhenAll(_leaving); !gone.Wait(TimeSpan.FromMilliseconds(1));)
            Advance(TimeSpan.FromMilliseconds(10));
        Advance(TimeSpan.FromSeconds(5));
        if (_requests.Any(static request => !request.IsCompleted))
            left.Add("a request that does not end");
        if (Nodes.Sum(static one => one.Node.Root.PendingRequests) is > 0 and var pending)
            left.Add($"{pending} requests");
        if (Nodes.Sum(static one => one.Node.Server.Budget.Bytes) is > 0 and var bytes)
            left.Add($"{bytes} bytes that wait");
        if (_cluster.LinkCount + _cluster.OnTheWayCount is > 0 and var count)
            left.Add($"{count} links and messages on their way");
        if (_clock.ActiveTimers > 0)
            left.Add($"{_clock.ActiveTimers} timers");
        return [.. left];
    }

    public void Advance(TimeSpan time)
    {
        // in steps: what a timer causes runs before the next fires
        for (var until = _clock.GetUtcNow() + time; _clock.GetUtcNow() < until; _clock.Advance(TimeSpan.FromMilliseconds(10)))
            _work.RunAll();
        _work.RunAll();
    }

    public void Dispose()
    {
        foreach (var one in Nodes.Where(static node => !node.IsDead))
            Leave(one);
    }

    private static string Text(int number) => $"[\"e\",{number.ToString(CultureInfo.InvariantCulture)}]";

    private void StartNode(int sockets)
    {
        var backplane = _cluster.CreateBackplane();
        var options = new ClusterOptions { RequestTimeout = TimeSpan.FromSeconds(4) };
        var node = new SimulatedNode(backplane, new TestNode(backplane, options, _clock, NullLogger.Instance, _work)) { TroubledIn = _round };
        Nodes.Add(node);
        _ = node.Node.StartAsync().AsTask();
        _work.RunAll();
        for (var i = 0; i < sockets; i++)
        {
            var socket = Connect(node);
            for (var room = 0; room < 3; room++)
                Join(node, socket, Room());
        }
    }

    private void Happen()
    {
        var node = Any();
        switch (_random.Next(100))
        {
            case < 45:
                Emit(node, [Room()]);
                break;
            case < 50:
                Emit(node, null);
                break;
            case < 55:
                Emit(node, [Room(), Room()]);
                break;
            case < 60 when AnySocket(Any()) is { } target:
                Emit(node, [target.Id]);
                break;
            case < 70 when AnySocket(node) is { } socket:
                Join(node, socket, Room());
                break;
            case < 76 when AnySocket(node) is { } socket && socket.Rooms.FirstOrDefault(room => room != socket.Id) is { } room:
                node.Node.Root.Leave(socket, room);
                break;
            case < 78 when AnySocket(Any()) is { } socket:
                _ = node.Node.Root.SocketsJoinAsync([socket.Id], Room());
                break;
            case < 80 when AnySocket(node) is { } socket:
                node.Node.Root.Disconnect(socket);
                node.Sockets.Remove(socket);
                break;
            case < 84:
                Connect(node);
                break;
            case < 87:
                _requests.Add(node.Node.Root.FetchSocketsAsync([Room()]));
                break;
            case < 90:
                _requests.Add(node.Node.Root.ServerSideEmitWithAckAsync("[\"ask\"]"));
                break;
            case < 92:
                _requests.Add(node.Node.Root.EmitWithAckAsync("[\"ack\"]", TimeSpan.FromSeconds(2), [Room()]));
                break;
            default:
                Trouble(node);
                break;
        }
    }

    private void Trouble(SimulatedNode node)
    {
        node.TroubledIn = _round;
        switch (_random.Next(6))
        {
            case 0:
                node.IsDead = true;
                node.Backplane.Kill();
                _leaving.Add(node.Node.DisposeAsync().AsTask());
                StartNode(2);
                break;
            case 1:
                Leave(node);
                StartNode(2);
                break;
            case 2 or 3:
                node.IsHung = true;
                node.Backplane.Hang();
                break;
            default:
                node.IsCut = true;
                node.Backplane.Cut();
                break;
        }
    }

    private void Leave(SimulatedNode node)
    {
        node.IsDead = true;
        _leaving.Add(node.Node.DisposeAsync().AsTask());
        _work.RunAll();
    }

    private void Heal()
    {
        foreach (var node in Nodes.Where(static node => !node.IsDead))
        {
            if (node.IsHung)
                node.Backplane.Resume();
            if (node.IsCut)
                node.Backplane.Restore();
            (node.IsHung, node.IsCut) = (false, false);
            _work.RunAll();
        }
    }

    private TestSocket Connect(SimulatedNode node)
    {
        var connecting = node.Node.Root.ConnectAsync();
        while (!connecting.IsCompleted)
            Advance(TimeSpan.FromMilliseconds(1));
        connecting.Result.Answer = TestNamespace.Json("1");
        node.Sockets.Add(connecting.Result);
        return connecting.Result;
    }

    // Who is not told yet that it has joined is not known to have.
    private void Join(SimulatedNode node, TestSocket socket, string room)
    {
        var joining = node.Node.Root.JoinAsync(socket, room);
        while (!joining.IsCompleted)
            Advance(TimeSpan.FromMilliseconds(1));
    }

    private void Emit(SimulatedNode node, string[]? rooms)
    {
        var number = ++_lastNumber;
        var members = from one in Nodes
                      where one.IsWell
                      from socket in one.Sockets
                      where socket.IsConnected && (rooms is null || rooms.Any(socket.Rooms.Contains))
                      select (one, socket);
        _emitted.Add(new Emitted(number, rooms, node, [.. members]));
        node.Node.Root.Emit(Text(number), rooms);
    }

    private void Check()
    {
        foreach (var (number, rooms, from, members) in _emitted)
        {
            foreach (var (node, socket) in members)
            {
                var got = socket.Events.Count(json => json == Text(number));
                Assert.That(got, Is.LessThanOrEqualTo(1), $"event {number} twice");
                var isCertain = node.TroubledIn < _round && (from == node || from.TroubledIn < _round)
                    && socket.IsConnected && (rooms is null || rooms.Any(socket.Rooms.Contains));
                if (isCertain)
                    Assert.That(got, Is.EqualTo(1), $"event {number} to {(rooms is null ? "all" : string.Join(", ", rooms))}, round {_round}");
                Deliveries += got;
            }
        }
        foreach (var socket in Nodes.SelectMany(static node => node.Sockets))
        {
            var events = socket.Events.Where(static json => json.StartsWith("[\"e\"", StringComparison.Ordinal)).ToArray();
            Assert.That(events, Is.Unique);
        }
        Assert.That(_requests.Where(static request => !request.IsCompleted), Is.Empty, "requests that do not end");
        _emitted.Clear();
        Nodes.RemoveAll(static node => node.IsDead);
    }

    private SimulatedNode Any()
    {
        var well = Well.ToArray();
        return well[_random.Next(well.Length)];
    }

    private TestSocket? AnySocket(SimulatedNode node) => node.Sockets.Count == 0 ? null : node.Sockets[_random.Next(node.Sockets.Count)];

    private string Room() => $"room-{_random.Next(_rooms)}";

    private sealed record Emitted(int Number, string[]? Rooms, SimulatedNode From, (SimulatedNode Node, TestSocket Socket)[] Members);
}
