namespace SocketIo.LoadTest.Load;

/// <summary>Brings every connection into its room: the connections take the rooms in turn.</summary>
internal sealed class RoomJoin
{
    private readonly LoadClient _client;
    private readonly int _clients;
    private readonly NumberedText[] _calls;
    private readonly NumberedText[] _answers;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _joined;

    public RoomJoin(LoadClient client, Case one)
    {
        _client = client;
        _clients = one.Clients;
        var rooms = Enumerable.Range(0, one.Rooms).Select(static room => $"r{room}").ToArray();
        _calls = [.. rooms.Select(room => client.Dialect.Request("join", room))];
        _answers = [.. rooms.Select(client.Dialect.Answer)];
    }

    public async Task RunAsync()
    {
        lock (_client.Sync)
        {
            foreach (var connection in _client.Connections)
            {
                _client.Outgoing.Add(_calls[connection.Index % _calls.Length], NumberedText.First + connection.Index);
                _client.Flush(connection);
            }
        }
        await _client.WaitAsync(_done.Task, () => _joined);
    }

    public bool TryDeliver(Connection connection, ReadOnlySpan<byte> text)
    {
        if (!_answers[connection.Index % _answers.Length].TryRead(text, out var number) || number != NumberedText.First + connection.Index)
            return false;
        if (++_joined == _clients)
            _done.TrySetResult();
        return true;
    }
}
