namespace SocketIo.Engine.Tests.Sessions;

/// <summary>Another thread, for a test that stands still in the middle of something.</summary>
internal static class Elsewhere
{
    /// <summary>Runs on another thread while this one waits.</summary>
    public static void Run(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        if (!thread.Join(TimeSpan.FromSeconds(20)))
            throw new TimeoutException("The other thread waits for something that this one holds.");
        if (failure is not null)
            throw new InvalidOperationException("The other thread failed.", failure);
    }

    /// <summary>Runs all of them at once.</summary>
    public static void RunTogether(params Action[] actions)
    {
        using var barrier = new Barrier(actions.Length);
        var threads = actions.Select(action => new Thread(() =>
        {
            barrier.SignalAndWait();
            action();
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
        {
            if (!thread.Join(TimeSpan.FromSeconds(20)))
                throw new TimeoutException("A thread did not end.");
        }
    }
}
