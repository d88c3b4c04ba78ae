using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Recovery;

/// <summary>A client as stock ones are: it remembers its private id and the last offset, and comes back with them.</summary>
internal sealed class RecoveringClient(InMemoryServer server, string @namespace = "/")
{
    private InMemoryClient _connection = server.Open();

    public InMemoryClient Connection => _connection;

    public string? Pid { get; private set; }

    public string? Offset { get; set; }

    /// <summary>Whether the last connection was a recovery, as stock clients tell it.</summary>
    public bool Recovered { get; private set; }

    public string? Id { get; private set; }

    public Socket Socket => server.Io.Of(@namespace).Sockets[Id!];

    private string Auth => Pid is null ? "" : Offset is null ? $$"""{"pid":"{{Pid}}"}""" : $$"""{"pid":"{{Pid}}","offset":"{{Offset}}"}""";

    /// <summary>Connects, for the first time or again.</summary>
    public RecoveringClient Join()
    {
        if (_connection.IsClosed || Id is not null)
            _connection = server.Open();
        _connection.Send(InMemoryClient.ConnectPacket(@namespace, Auth));
        return this;
    }

    /// <summary>Takes the answer to the connect packet.</summary>
    public RecoveringClient Accepted()
    {
        var answer = JsonDocument.Parse(_connection.Next()[InMemoryClient.ConnectPacket(@namespace).Length..]).RootElement;
        Id = answer.GetProperty("sid").GetString();
        var pid = answer.GetProperty("pid").GetString();
        Recovered = pid == Pid;
        Pid = pid;
        return this;
    }

    public RecoveringClient Connect() => Join().Accepted();

    public RecoveringClient Lose()
    {
        _connection.Lose();
        return this;
    }

    /// <summary>Takes the events that have arrived, without their offsets; the last offset is remembered.</summary>
    public string[] Take() => TakeUpTo(int.MaxValue);

    /// <summary>The same with the first events only: the others got lost on their way.</summary>
    public string[] TakeUpTo(int count)
    {
        var events = new List<string>();
        foreach (var packet in _connection.All().Where(packet => packet.StartsWith("42", StringComparison.Ordinal)).Take(count))
        {
            var array = JsonDocument.Parse(packet[packet.IndexOf('[', StringComparison.Ordinal)..]).RootElement.EnumerateArray().ToArray();
            Offset = array[^1].GetString();
            events.Add(string.Join(' ', array[..^1].Select(value => value.ToString())));
        }
        return [.. events];
    }
}
