using System.Diagnostics;
using System.Text.Json;

namespace SocketIo.LoadTest.Load;

/// <summary>This program as the load client: one run against one server, and its result as one line of JSON.</summary>
internal static class LoadRole
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(60);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        try
        {
            var result = await RunAsync(LoadOptions.Parse(arguments));
            Console.WriteLine(JsonSerializer.Serialize(result));
            return ExitCodes.Success;
        }
        catch (DeliveryException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.WrongDelivery;
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failure;
        }
    }

    private static async Task<RunResult> RunAsync(LoadOptions options)
    {
        using var server = Process.GetProcessById(options.ServerProcess);
        using var client = new LoadClient(Dialect.Named(options.Dialect), options.Port);
        return options.Case switch
        {
            { HasMessages: true } => await ExchangeAsync(client, server, options),
            { Scenario: Scenario.Return } => await new ReturnRun(client, server, options).RunAsync(),
            _ => await ConnectAsync(client, server, options),
        };
    }

    private static async Task<RunResult> ExchangeAsync(LoadClient client, Process server, LoadOptions options)
    {
        client.StalledIndex = options.Case.HasStalled ? options.Case.Clients : null;
        await client.ConnectAsync(options.Case.Connections);
        var workload = Workload.Of(options.Case, client, options.PayloadBytes)!;
        client.Workload = workload;
        await workload.PrepareAsync();
        await workload.RunAsync(options.Warmup);

        var result = options.Case.Scenario is Scenario.Beside ? await MeasureBesideAsync() : await MeasureAsync();
        if (options.Case.HasStalled)
            result = await MeasureStalledAsync() with { P99BeforeMilliseconds = result.P99Milliseconds };

        // everything has arrived; whatever comes now was sent twice, and makes the client fail
        await client.WaitAsync(Task.Delay(Quiet), static () => 0);
        return result.Operations > 0 ? result : throw new DeliveryException("no message arrived in time");

        async Task<RunResult> MeasureAsync()
        {
            var measurement = new Measurement(server);
            await workload.RunAsync(options.Measured);
            return measurement.Stop(workload.Operations, workload);
        }

        async Task<RunResult> MeasureBesideAsync()
        {
            using var topics = new TopicControl(options.Port);
            var before = await topics.StoredAsync();
            var busy = await MeasureAsync();
            var stored = await topics.StoredAsync() - before;

            // the same server without broadcasts, as long
            var measurement = new Measurement(server);
            await client.WaitAsync(Task.Delay(options.Measured), static () => 0);
            var idle = measurement.Stop(1);
            return busy with
            {
                ServerCpu = busy.ServerCpu - idle.ServerCpu * busy.Seconds / idle.Seconds / busy.Operations,
                StoredPerSecond = stored / busy.Seconds,
                ShareWithout = idle.ServerCpu / 1e6 / idle.Seconds,
            };
        }

        async Task<RunResult> MeasureStalledAsync()
        {
            await workload.StallAsync();
            var stalled = await MeasureAsync();
            return stalled with { KeptStalled = await workload.ResumeAsync() };
        }
    }

    private static async Task<RunResult> ConnectAsync(LoadClient client, Process server, LoadOptions options)
    {
        if (!options.Case.IsMemory)
            return await JoinAsync();

        // the first ones make the server compile and allocate what it needs once
        await client.ConnectAsync(LoadOptions.FirstConnections);
        await Task.Delay(LoadOptions.Settle);
        var before = ResidentBytes(server);
        var result = await JoinAsync();
        await client.WaitAsync(Task.Delay(LoadOptions.Settle), static () => 0);
        return result with { BytesPerConnection = (ResidentBytes(server) - before) / (double)options.Case.Clients };

        async Task<RunResult> JoinAsync()
        {
            var measurement = new Measurement(server);
            await client.ConnectAsync(client.Connections.Count + options.Case.Clients);
            return measurement.Stop(options.Case.Clients);
        }
    }

    private static long ResidentBytes(Process server)
    {
        server.Refresh();
        return server.WorkingSet64;
    }
}
