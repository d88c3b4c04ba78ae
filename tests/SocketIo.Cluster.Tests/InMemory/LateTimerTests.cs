using System.Globalization;
using System.Text;
using SocketIo.Cluster.InMemory;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>On a busy machine timers are late.</summary>
public class LateTimerTests
{
    [Test]
    public async Task What_is_sent_later_does_not_overtake_what_a_late_timer_has_not_delivered()
    {
        var clock = new LateClock();
        var cluster = new InMemoryCluster(new() { Faults = new() { MaxDelay = TimeSpan.FromTicks(2), Seed = 1 } }, clock);
        var receiver = new Numbers();
        await using var sending = cluster.CreateBackplane();
        await using var receiving = cluster.CreateBackplane();
        await using var from = sending.Open("/", new Numbers());
        await using var to = receiving.Open("/", receiver);
        foreach (var (backplane, link) in new[] { (sending, from), (receiving, to) })
        {
            await backplane.StartAsync(default);
            await link.OpenAsync(default);
        }
        for (var number = 0; number < 200; number++)
        {
            if (number == 100)
                clock.Now += 1000;
            await from.SendAsync(new[] { Message(sending, number) }, default);
        }
        clock.Fire();
        await receiver.AllAsync(200);
        Assert.That(receiver.Received, Is.EqualTo(Enumerable.Range(0, 200)));
    }

    private static ClusterMessage Message(InMemoryBackplane sender, int number) => new()
    {
        Type = MessageType.Broadcast, Sender = sender.NodeId, Namespace = "/", Data = new PacketData(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))),
    };

    private sealed class Numbers : INodeReceiver
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<int> _received = [];
        private int _expected = int.MaxValue;

        public int[] Received
        {
            get
            {
                lock (_received)
                    return [.. _received];
            }
        }

        public Task AllAsync(int count)
        {
            lock (_received)
            {
                _expected = count;
                Check();
            }
            return _all.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        public void Receive(ClusterMessage message)
        {
            lock (_received)
            {
                _received.Add(int.Parse(message.Data.Json.Span, CultureInfo.InvariantCulture));
                Check();
            }
        }

        public void ReceiveGap()
        {
        }

        public void ReceiveUnkept()
        {
        }

        public void LoseNode(string nodeId)
        {
        }

        public void LoseRoom(string room, string reason) => ReportMalformed("lost " + room);

        public void ReportMalformed(string reason)
        {
        }

        public void ReportRefused(ClusterMessage message, string reason)
        {
        }

        private void Check()
        {
            if (_received.Count >= _expected)
                _all.TrySetResult();
        }
    }

    /// <summary>Timers fire when the test says so.</summary>
    private sealed class LateClock : TimeProvider
    {
        private Action? _fire;

        public long Now { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Fire()
        {
            Now += 1000;
            _fire!();
        }
    }
}
