using System.Diagnostics;

namespace SocketIo.TopicsLoad;

/// <summary>The store, and beside it in turns a plain loop of the driver with batches of the same length.</summary>
internal static class Comparison
{
    // the first one does not count: code is compiled, tables grow
    private const int Rounds = 6;

    public static async Task RunAsync(EmitRun run, PlainLoop? plain, byte[] json, TimeSpan time)
    {
        var ratios = new List<(double Time, double Cpu, double ServerCpu)>();
        for (var round = 0; round < Rounds; round++)
        {
            var stored = await MeasureAsync("store", plain, () => run.RunAsync(time));
            if (plain is null)
                continue;
            var batch = Math.Max(1, (int)Math.Round(run.LastBatch));
            var plainly = await MeasureAsync($"plain, {batch} at once", plain, () => plain.RunAsync(json, batch, time));
            if (round > 0)
                ratios.Add((stored.Time / plainly.Time, stored.Cpu / plainly.Cpu, stored.ServerCpu / plainly.ServerCpu));
        }
        if (ratios.Count > 0)
            Console.WriteLine($"store / plain, medians per event: time {Median(ratios, static one => one.Time):F2}, own CPU {Median(ratios, static one => one.Cpu):F2}, CPU of the database {Median(ratios, static one => one.ServerCpu):F2}");
    }

    private static double Median(List<(double, double, double)> ratios, Func<(double Time, double Cpu, double ServerCpu), double> part) =>
        ratios.Select(part).Order().ElementAt(ratios.Count / 2);

    // per event, in microseconds
    private static async Task<(double Time, double Cpu, double ServerCpu)> MeasureAsync(string what, PlainLoop? plain, Func<Task<long>> run)
    {
        var server = plain is null ? 0 : await plain.ServerCpuAsync();
        var cpu = Environment.CpuUsage.TotalTime;
        var begin = Stopwatch.GetTimestamp();
        var count = (double)await run();
        var time = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        server = plain is null ? 0 : await plain.ServerCpuAsync() - server;
        var result = (Time: time / count * 1e6, Cpu: cpu.TotalSeconds / count * 1e6, ServerCpu: server / count * 1e6);
        Console.WriteLine($"{what}: {count / time:N0}/s, CPU per event {result.Cpu:F2} us, of the database {result.ServerCpu:F2} us");
        return result;
    }
}
