using SocketIo.LoadTest;
using SocketIo.LoadTest.Load;
using SocketIo.LoadTest.Servers;

// One program, three roles: the test itself starts the servers and the load client as processes of their own.
try
{
    switch (args)
    {
        case ["serve", var server, .. var rest]:
            await ServerRole.RunAsync(server, new Arguments(rest));
            return ExitCodes.Success;
        case ["load", .. var rest]:
            return await LoadRole.RunAsync(new Arguments(rest));
        case [.. var rest] when rest.Contains("--help"):
            Console.WriteLine(Usage.Text);
            return ExitCodes.Success;
        default:
            return await new TestRun(Options.Parse(new Arguments(args))).RunAsync();
    }
}
catch (UsageException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCodes.Failure;
}
