namespace SocketIo.Redis.Tests;

/// <summary>Conditions that tests wait for block a thread each, and fixtures run side by side: who is to answer must not wait for one.</summary>
[SetUpFixture]
public sealed class Threads
{
    private const int Enough = 64;

    [OneTimeSetUp]
    public void Add() => ThreadPool.SetMinThreads(Enough, Enough);
}
