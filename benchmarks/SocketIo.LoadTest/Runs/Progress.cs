using System.Diagnostics;

namespace SocketIo.LoadTest.Runs;

/// <summary>One line on the error output that says what runs now; where that is no terminal, a line for each step.</summary>
internal sealed class Progress
{
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    public void Show(Case one, string server, string step)
    {
        var line = $"[{_elapsed.Elapsed:mm\\:ss}] {one.Title}: {server}, {step}";
        if (Console.IsErrorRedirected)
            Console.Error.WriteLine(line);
        else
            Console.Error.Write($"\r{line.PadRight(Width)[..Width]}");
    }

    public static void Clear()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write($"\r{new string(' ', Width)}\r");
    }

    // a terminal that does not know its width says 0
    private static int Width => Math.Max(40, Console.WindowWidth - 1);
}
