using Microsoft.Extensions.DependencyInjection;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>Makes scopes and counts them.</summary>
internal sealed class TestScopes : IServiceScopeFactory
{
    private int _made;
    private int _ended;

    public int Made => Volatile.Read(ref _made);

    public int Ended => Volatile.Read(ref _ended);

    public IServiceScope CreateScope()
    {
        Interlocked.Increment(ref _made);
        return new Scope(this);
    }

    private sealed class Scope(TestScopes scopes) : IServiceScope, IServiceProvider
    {
        public IServiceProvider ServiceProvider => this;

        public object? GetService(Type serviceType) => null;

        public void Dispose() => Interlocked.Increment(ref scopes._ended);
    }
}
