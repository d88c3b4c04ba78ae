namespace SocketIo.Cluster.Testing;

/// <summary>
/// All tests that a backplane has to pass; one that keeps a log has more of them (<see cref="LoggedBackplaneConformance"/>). Derive a class from it in a test project, make the backplane in
/// <see cref="ClusterTests.CreateBackplane"/>, and run it with NUnit:
/// <code>
/// public class MyBackplaneTests : BackplaneConformance
/// {
///     protected override Backplane CreateBackplane() =&gt; new MyBackplane(Server.Address, prefix: TestContext.CurrentContext.Test.ID);
/// }
/// </code>
/// The nodes are servers without clients (<see cref="TestNode"/>), so a test is about the backplane alone.
/// </summary>
public abstract class BackplaneConformance : AwayConformance;
