using Microsoft.AspNetCore.Http;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>The services of a session: one scope, from the first question to the end.</summary>
public class SessionRequestTests
{
    [Test]
    public async Task A_scope_is_made_by_the_first_question_only_and_ends_with_the_session([Values] bool isDetached)
    {
        using var engine = new TestEngine();
        var session = engine.Open(EngineTransports.WebSocket, out _);
        var early = session.HttpContext;
        if (isDetached)
            session.DetachRequest();
        _ = session.RequestContext.Request.Headers;
        _ = session.HttpContext.User;
        Assert.That(engine.Scopes.Made, Is.Zero);

        var services = session.HttpContext.RequestServices;
        Assert.That(session.HttpContext.RequestServices, Is.SameAs(services));
        Assert.That(engine.Scopes.Made, Is.EqualTo(1));
        Assert.That(early, isDetached ? Is.Not.SameAs(session.HttpContext) : Is.SameAs(session.HttpContext));

        session.Drop(DisconnectReason.TransportClose);
        await Deadlines.Eventually(() => engine.Scopes.Ended == 1);
        Assert.That(() => session.HttpContext.RequestServices, Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains("IServiceScopeFactory"));
    }

    [Test]
    public void A_session_that_has_ended_makes_no_scope([Values] bool isDetached)
    {
        using var engine = new TestEngine();
        var session = engine.Open(EngineTransports.WebSocket, out _);
        session.Drop(DisconnectReason.TransportClose);
        if (isDetached)
            session.DetachRequest();
        Assert.That(() => session.HttpContext.RequestServices, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(session.TryHoldServices(), Is.False);
        Assert.That(engine.Scopes.Made, Is.Zero);
    }

    [Test]
    public async Task Who_holds_the_services_has_them_until_it_lets_them_go_also_across_the_end_of_the_request()
    {
        using var engine = new TestEngine();
        var session = engine.Open(EngineTransports.WebSocket, out _);
        var services = session.HttpContext.RequestServices;
        Assert.That(session.TryHoldServices(), Is.True);
        session.Drop(DisconnectReason.TransportClose);
        session.DetachRequest();
        Assert.That(session.HttpContext.RequestServices, Is.SameAs(services));
        Assert.That(engine.Scopes.Ended, Is.Zero);
        session.ReleaseServices();
        await Deadlines.Eventually(() => engine.Scopes.Ended == 1);
    }

    [Test]
    public void The_request_gets_its_own_services_back_when_it_ends()
    {
        using var engine = new TestEngine();
        var session = engine.Open(EngineTransports.WebSocket, out _);
        var request = (DefaultHttpContext)session.RequestContext;
        var own = new TestScopes().CreateScope().ServiceProvider;
        request.RequestServices = own;
        Assert.That(session.HttpContext.RequestServices, Is.Not.SameAs(own));
        Assert.That(session.HttpContext, Is.SameAs(request));
        session.DetachRequest();
        Assert.That(request.RequestServices, Is.SameAs(own));
        session.Drop(DisconnectReason.TransportClose);
    }

    [Test]
    public async Task Questions_that_race_with_the_end_leave_no_scope_behind([Range(1, 3)] int seed)
    {
        const int Rounds = 200;
        using var engine = new TestEngine();
        for (var round = 0; round < Rounds; round++)
        {
            var session = engine.Open(EngineTransports.WebSocket, out _);
            var spins = new Random((seed * Rounds) + round).Next(400);
            var turn = new Lock();
            var asking = Enumerable.Range(0, 3).Select(_ => Task.Run(() => AskUntilTheEnd(session, turn))).ToArray();
            Thread.SpinWait(spins);
            session.Drop(DisconnectReason.TransportClose);
            session.DetachRequest();
            await Task.WhenAll(asking).WithDeadline();
        }
        await Deadlines.Eventually(() => engine.Scopes.Ended == engine.Scopes.Made);
        Assert.That(engine.Scopes.Made, Is.LessThanOrEqualTo(Rounds));
    }

    // An HttpContext serves one thread at a time.
    private static void AskUntilTheEnd(EngineSession session, Lock turn)
    {
        try
        {
            while (true)
            {
                lock (turn)
                    _ = session.HttpContext.RequestServices;
            }
        }
        catch (ObjectDisposedException)
        {
            // it has come
        }
    }
}
