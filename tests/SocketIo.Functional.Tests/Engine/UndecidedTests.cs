using System.Net;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>An application that does not answer whether a handshake is allowed, or with which id.</summary>
public sealed class UndecidedTests
{
    private readonly ManualClock _clock = new();

    [Test]
    public async Task An_answer_that_does_not_come_is_a_refusal_and_one_line([Values] bool id)
    {
        var asked = new TaskCompletionSource();
        await using var host = await EngineHost.StartAsync(options => NeverAnswer(options, id, asked), time: _clock);
        host.Log.Expect("has not answered for 45 seconds");
        using var client = RawPolling.Create(host.Address);
        var answer = client.GetAsync();
        await asked.Task.WithDeadline();
        await Deadlines.Eventually(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(45));
            return answer.IsCompleted;
        });
        Assert.That((await answer).StatusCode, Is.EqualTo(id ? HttpStatusCode.BadRequest : HttpStatusCode.Forbidden));
        var line = host.Log.Entries.Single(entry => entry.Message.Contains("has not answered", StringComparison.Ordinal)).Message;
        Assert.That(line, Does.StartWith(id ? nameof(EngineOptions.GenerateId) : nameof(EngineOptions.AllowRequest)));
    }

    [Test]
    public async Task The_host_does_not_wait_for_an_answer_that_does_not_come([Values] bool id)
    {
        var asked = new TaskCompletionSource();
        await using var host = await EngineHost.StartAsync(options => NeverAnswer(options, id, asked), time: _clock);
        using var client = RawPolling.Create(host.Address);
        var answer = client.GetAsync();
        await asked.Task.WithDeadline();
        var stopping = host.StopAsync();
        Assert.That((await answer.WithDeadline()).IsSuccessStatusCode, Is.False);
        await stopping;
    }

    [Test]
    public async Task An_id_that_cannot_be_used_is_a_line_with_the_cause_and_the_beginning_of_the_id()
    {
        await using var host = await EngineHost.StartAsync(options => options.GenerateId = _ => ValueTask.FromResult("not an id"));
        host.Log.Expect("GenerateId gave an id");
        using var client = RawPolling.Create(host.Address);
        Assert.That((await client.GetAsync()).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        var line = host.Log.Entries.Single(entry => entry.Message.StartsWith("GenerateId", StringComparison.Ordinal)).Message;
        Assert.That(line, Does.Contain("is not 1 to 128 letters").And.Contain("\"not \""));
    }

    private static void NeverAnswer(EngineOptions options, bool id, TaskCompletionSource asked)
    {
        if (id)
            options.GenerateId = _ => NeverAsync<string>();
        else
            options.AllowRequest = _ => NeverAsync<AllowRequestResult>();

        ValueTask<T> NeverAsync<T>()
        {
            asked.TrySetResult();
            return new ValueTask<T>(new TaskCompletionSource<T>().Task);
        }
    }
}
