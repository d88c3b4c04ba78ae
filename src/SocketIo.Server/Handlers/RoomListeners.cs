namespace SocketIo.Handlers;

/// <summary>Who is told of the rooms of a namespace. What one of them throws is logged, and the others are called all the same.</summary>
internal sealed class RoomListeners(Namespace @namespace)
{
    // Replaced whole under _sync, read without.
    private readonly Lock _sync = new();
    private Action<string>[] _created = [];
    private Action<string>[] _deleted = [];
    private Action<string, string>[] _joined = [];
    private Action<string, string>[] _left = [];

    public void AddCreated(Action<string> listener)
    {
        lock (_sync)
            _created = [.. _created, listener];
    }

    public void AddDeleted(Action<string> listener)
    {
        lock (_sync)
            _deleted = [.. _deleted, listener];
    }

    public void AddJoined(Action<string, string> listener)
    {
        lock (_sync)
            _joined = [.. _joined, listener];
    }

    public void AddLeft(Action<string, string> listener)
    {
        lock (_sync)
            _left = [.. _left, listener];
    }

    public void RaiseJoined(string room, string socketId, bool created)
    {
        if (created)
            Raise(_created, room, socketId);
        Raise(_joined, room, socketId);
    }

    public void RaiseLeft(string room, string socketId, bool deleted)
    {
        Raise(_left, room, socketId);
        if (deleted)
            Raise(_deleted, room, socketId);
    }

    private void Raise(Action<string>[] listeners, string room, string socketId)
    {
        foreach (var listener in listeners)
        {
            try
            {
                listener(room);
            }
            catch (Exception exception)
            {
                Log.RoomListenerFailed(@namespace.Server.Logger, exception, @namespace.Name, socketId, room);
            }
        }
    }

    private void Raise(Action<string, string>[] listeners, string room, string socketId)
    {
        foreach (var listener in listeners)
        {
            try
            {
                listener(room, socketId);
            }
            catch (Exception exception)
            {
                Log.RoomListenerFailed(@namespace.Server.Logger, exception, @namespace.Name, socketId, room);
            }
        }
    }
}
