using System.Diagnostics;

namespace SocketIo.LoadTest.Load;

/// <summary>Time and CPU of the server and of this process, from its making on.</summary>
/// <remarks>On Linux .NET reads the CPU time of another process from /proc: all threads, user and kernel, in steps of 10 ms.</remarks>
internal sealed class Measurement(Process server)
{
    private readonly TimeSpan _server = CpuOf(server);
    private readonly TimeSpan _load = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <param name="workload">What ran meanwhile; null for connects.</param>
    /// <param name="operations">How many of what is counted.</param>
    public RunResult Stop(long operations, Workload? workload = null)
    {
        var time = Stopwatch.GetElapsedTime(_start);
        var load = Environment.CpuUsage.TotalTime - _load;
        return new RunResult
        {
            Operations = operations,
            Seconds = time.TotalSeconds,
            ServerCpu = (CpuOf(server) - _server).TotalMicroseconds / operations,
            LoadShare = load / time,
            MedianMilliseconds = workload?.Latencies.Milliseconds(0.5) ?? 0,
            P99Milliseconds = workload?.Latencies.Milliseconds(0.99) ?? 0,
            MostMilliseconds = workload?.Latencies.MostMilliseconds ?? 0,
        };
    }

    private static TimeSpan CpuOf(Process server)
    {
        server.Refresh();
        return server.TotalProcessorTime;
    }
}
