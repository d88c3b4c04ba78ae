using System.Runtime.CompilerServices;

namespace SocketIo.TestKit;

/// <summary>Every await of a test ends: with its result, or with the line that waited in vain.</summary>
public static class Deadlines
{
    /// <summary>Long enough for a busy build machine; a passing test never waits for it.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(20);

    public static async Task WithDeadline(
        this Task task, TimeSpan? deadline = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        try
        {
            await task.WaitAsync(deadline ?? Default);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited in vain at {Path.GetFileName(file)}:{line}.");
        }
    }

    public static async Task<T> WithDeadline<T>(
        this Task<T> task, TimeSpan? deadline = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        await ((Task)task).WithDeadline(deadline, file, line);
        return await task;
    }

    /// <summary>Waits until a condition that no event tells of becomes true.</summary>
    public static Task Eventually(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "", TimeSpan? deadline = null) =>
        EventuallyAsync(() => Task.FromResult(condition()), text, deadline);

    /// <summary>The same for a condition that has to be asked for: one that blocks meanwhile would take a thread from who is to answer.</summary>
    public static async Task EventuallyAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string text = "", TimeSpan? deadline = null)
    {
        var until = DateTime.UtcNow + (deadline ?? Default);
        while (!await condition())
        {
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"Never became true: {text}");
            await Task.Delay(5);
        }
    }
}
