using SocketIo.LoadTest.Load;
using SocketIo.LoadTest.Report;
using SocketIo.LoadTest.Runs;
using SocketIo.LoadTest.Servers;

namespace SocketIo.LoadTest;

/// <summary>Runs every case against every server, in turns, and reports.</summary>
internal sealed class TestRun(Options options)
{
    private readonly bool _pin = options.Pin && Launch.CanPin;
    private readonly Progress _progress = new();
    private int _exitCode = ExitCodes.Success;

    public async Task<int> RunAsync()
    {
        var peers = await UsablePeersAsync();
        var machine = Machine.Describe(_pin, peers, options.CommandLine);
        Console.WriteLine(machine.Text);
        var results = new List<CaseResult>();
        foreach (var one in options.Cases)
        {
            var result = await RunAsync(one, peers);
            results.Add(result);
            Progress.Clear();
            Console.WriteLine(ConsoleTable.Write(result));
            // what is measured is kept, even when the rest is cut short
            if (options.OutputFolder is { } folder)
                ResultFiles.Write(folder, new Results(machine, options, results));
        }
        if (options.OutputFolder is not null)
            Console.WriteLine($"\nWritten: {ResultFiles.Names} in {options.OutputFolder}");
        return _exitCode;
    }

    private async Task<List<Peer>> UsablePeersAsync()
    {
        var usable = new List<Peer>();
        foreach (var peer in options.Peers)
        {
            if (peer.Runtime is null || Launch.Find(peer.Runtime) is not null)
                usable.Add(peer);
            else
                Console.WriteLine($"{peer.Title} is left out: there is no {peer.Runtime} on the PATH.");
        }
        if (usable.Count == 0)
            throw new UsageException("No server is left.");
        if (usable.Any(static peer => peer.Runtime is not null))
            await NodePackages.EnsureAsync();
        return usable;
    }

    private async Task<CaseResult> RunAsync(Case one, List<Peer> peers)
    {
        var results = peers.Where(peer => peer.Takes(one)).Select(static peer => new PeerResult(peer)).ToList();
        var servers = new Dictionary<Peer, ServerProcess>();
        try
        {
            // run 0 only lets the process compile and grow
            for (var run = one.IsFresh ? 1 : 0; run <= options.Repetitions; run++)
            {
                foreach (var result in results.Where(static result => result.Failure is null))
                {
                    _progress.Show(one, result.Peer.Title, run == 0 ? "first run" : $"run {run} of {options.Repetitions}");
                    if (!servers.TryGetValue(result.Peer, out var server))
                        servers[result.Peer] = server = await ServerProcess.StartAsync(result.Peer, _pin);
                    Add(result, await LoadAsync(one, result.Peer, server, run == 0 ? options.FirstWarmup : options.Warmup), isCounted: run > 0);
                    if (one.IsFresh && servers.Remove(result.Peer))
                        server.Dispose();
                    else
                        await LetGoAsync(one);
                }
            }
        }
        finally
        {
            foreach (var server in servers.Values)
                server.Dispose();
        }
        return new CaseResult(one, results);
    }

    private Task<RunOutcome> LoadAsync(Case one, Peer peer, ServerProcess server, TimeSpan warmup)
    {
        var load = new LoadOptions(peer.Dialect, server.Port, server.Id, one, options.PayloadBytes, warmup, options.Measured);
        return LoadProcess.RunAsync(load, _pin);
    }

    private void Add(PeerResult result, RunOutcome outcome, bool isCounted)
    {
        if (outcome.Result is null)
        {
            result.Failure = outcome.Failure;
            // a wrong delivery says more than a run that could not be made
            _exitCode = Math.Max(_exitCode, outcome.ExitCode == ExitCodes.WrongDelivery ? ExitCodes.WrongDelivery : ExitCodes.Failure);
        }
        else if (isCounted)
        {
            result.Runs.Add(outcome.Result);
        }
    }

    /// <summary>The server has time to see that its clients are gone before the next server is measured on the same core.</summary>
    private static Task LetGoAsync(Case one) => Task.Delay(TimeSpan.FromMilliseconds(100 + one.Clients / 10));
}
