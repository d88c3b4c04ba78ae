namespace SocketIo.Fakes.Tests;

internal sealed class FakeOrders : IOrders
{
    public List<string> Saved { get; } = [];

    public Task<int> SaveAsync(Order order, string user)
    {
        Saved.Add($"{order.Count} {order.Dish} for {user}");
        return Task.FromResult(Saved.Count);
    }

    public void Forget(string socketId) => Saved.Add("forgot " + socketId);
}
