namespace SocketIo.Fakes.Tests;

/// <summary>An application's handler class, as the tests' subject.</summary>
internal sealed class OrderHandlers(IOrders orders, IBroadcaster io) : ISocketHandlers<OrderHandlers>
{
    public static void Map(EventMap<OrderHandlers> events) => events
        .On("create", static (OrderHandlers handlers, Socket socket, Order order, Ack ack) => handlers.CreateAsync(socket, order, ack))
        .On("watch", static (OrderHandlers handlers, Socket socket, string kitchen) => handlers.WatchAsync(socket, kitchen))
        .On("ask", static (handlers, socket) => handlers.AskAsync(socket))
        .On("close", static (OrderHandlers handlers, Socket socket, string kitchen) => handlers.CloseAsync(socket, kitchen))
        .On("import", static (OrderHandlers handlers, Socket _, IncomingEvent e) => handlers.ImportAsync(e));

    public async Task CreateAsync(Socket socket, Order order, Ack ack)
    {
        if (order.Count <= 0)
            return;
        await ack.SendAsync("accepted");
        var number = await orders.SaveAsync(order, socket.User.Identity?.Name ?? "nobody");
        await socket.JoinAsync($"order {number}");
        await socket.To("kitchen").EmitAsync("order", number, order);
        await io.To("managers").EmitAsync("sold", order.Count);
        await socket.EmitAsync("saved", number);
    }

    public async Task<int> WatchAsync(Socket socket, string kitchen)
    {
        if (socket.Handshake.Auth.GetString("role") != "cook")
        {
            await socket.DisconnectAsync(close: true);
            return 0;
        }
        await socket.JoinAsync(kitchen);
        socket.Data["kitchen"] = kitchen;
        socket.OnDisconnect(reason => orders.Forget(socket.Id));
        return socket.Rooms.Count;
    }

    public async Task<string> AskAsync(Socket socket)
    {
        try
        {
            var (name, table) = await socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<string, int>("who are you?");
            return $"{name} at {table}";
        }
        catch (AckTimeoutException)
        {
            return "nobody";
        }
    }

    public async Task<int> CloseAsync(Socket socket, string kitchen)
    {
        var ready = await socket.Broadcast.To(kitchen).Timeout(TimeSpan.FromSeconds(1)).EmitWithAckAsync<bool>("ready to close?");
        foreach (var cook in await io.To(kitchen).FetchSocketsAsync())
            await cook.EmitAsync("closed");
        await io.To(kitchen).DisconnectSocketsAsync();
        return ready.Missing.Count;
    }

    public async Task<int> ImportAsync(IncomingEvent e)
    {
        for (var index = 0; index < e.Count; index++)
            await orders.SaveAsync(e.Get<Order>(index)!, "import");
        return e.Count;
    }
}

internal sealed record Order(string Dish, int Count);

internal interface IOrders
{
    Task<int> SaveAsync(Order order, string user);

    void Forget(string socketId);
}
