namespace SocketIo.TestKit;

/// <summary>What the system says of processes, by the state in /proc: <c>pid (name) state ...</c>.</summary>
internal static class ProcessState
{
    /// <summary>Whether a process has ended; its parent may not have waited for it yet.</summary>
    public static bool HasEnded(int pid) => Of($"/proc/{pid}/stat") is null or 'Z';

    /// <summary>Waits until processes stand still: the signal that stops one is sent before its threads have noticed.</summary>
    public static void WaitUntilStopped(params IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            if (!SpinWait.SpinUntil(() => HasEnded(pid) || IsStopped(pid), Deadlines.Default))
                throw new TimeoutException($"Process {pid} does not stop.");
        }
    }

    private static bool IsStopped(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task").All(static thread => Of($"{thread}/stat") is 'T' or null);
        }
        catch (IOException)
        {
            // it ends just now
            return false;
        }
    }

    private static char? Of(string file)
    {
        try
        {
            var status = File.ReadAllText(file);
            return status[status.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
