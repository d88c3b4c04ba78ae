using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>
/// One connection and its sockets: joins namespaces, routes packets to sockets, tells them of the end. Locks itself, as nobody else
/// can: a lock of its own for each would be memory of every idle client.
/// </summary>
internal sealed class Client(SocketIoServer server, EngineSession session) : IEngineHandler, INamedHandler
{
    // the reference's 10 attachments of 1 MB
    private const int DefaultAttachmentBytes = 10_000_000;

    // Of a namespace's name in the reason of a close: a close frame has room for 123 bytes (RFC 6455 5.5).
    private const int MaxQuotedName = 48;

    private ClientPlaces _places;

    // guarded by the lock: whether the deadline is no more that of the first join
    private bool _hasJoined;

    // null until a client needs it; made under the lock
    private Rarities? _rare;

    public EngineSession Session => session;

    public SocketIoServer Server => server;

    public bool IsOld => session.Protocol == 3;

    public string Who => Sockets.ToArray() is { Length: > 0 } sockets
        ? $" ({string.Join(", ", sockets.Select(socket => $"socket {socket.Id} of {LogText.Of(socket.Namespace.Name)}"))})"
        : "";

    public string Missed => Volatile.Read(ref _hasJoined)
        ? $"an attachment did not arrive in time ({nameof(SocketIoOptions.AttachmentTimeout)})"
        : $"no namespace was joined in time ({nameof(SocketIoOptions.ConnectTimeout)})";

    private IEnumerable<Socket> Sockets => _places.All().OfType<Socket>();

    /// <summary>The connection is open. A client of protocol 3 is in the default namespace without asking.</summary>
    public void OnOpened(EngineSession opened)
    {
        session.Handler = this;
        session.SetDeadline(server.Options.ConnectTimeout);
        if (IsOld)
            TryJoin("/"u8, OldClients.AuthOf(default));
    }

    /// <summary>Takes a message from the connection. The task is not complete while the events that wait for handlers hold too much.</summary>
    public ValueTask OnMessageAsync(EngineSession sender, EngineMessage message)
    {
        if (_rare?.Assembler is { } assembler)
            return message.IsBinary ? ReceiveAttachment(assembler, message.Data) : Refuse("a text message in place of an attachment");
        if (message.IsBinary != server.Parser.IsBinary)
            return Refuse(message.IsBinary ? "an attachment without a packet" : "a text message in place of a packet; the parsers of client and server must be the same");
        var packet = message.Data;
        if (!server.Parser.TryReadHeader(ref packet, server.Limits, out var header, out var error))
            return Refuse(error!);
        if (header.AttachmentCount == 0)
            return Route(packet, header, []);

        ExpectAttachment(new AttachmentAssembler(packet, header, MaxAttachmentBytes));
        return ValueTask.CompletedTask;
    }

    /// <summary>The connection has ended: all its sockets end for the same reason.</summary>
    public void OnClosed(EngineSession closed, DisconnectReason reason)
    {
        if (reason == DisconnectReason.ForcedServerClose)
        {
            foreach (var attempt in _places.All().OfType<JoinAttempt>())
                attempt.TellUndecided();
        }
        foreach (var socket in Sockets)
            socket.TryClose(reason);
        ReleaseReader();
    }

    /// <summary>Puts the client out of all namespaces and closes the connection, once what was sent has left.</summary>
    public void Disconnect()
    {
        foreach (var socket in Sockets)
            socket.TryClose(DisconnectReason.ServerNamespaceDisconnect);
        session.Close();
    }

    public void Remove(Socket socket, bool byServer)
    {
        lock (this)
        {
            // behind the end of the connection its places are only looked at, for the log
            if (session.IsOpen)
                _places.Remove(socket);
            if (byServer)
                Remember(socket.Namespace.Name);
        }
    }

    /// <summary>The client joins by this attempt, unless it has given it up or is gone.</summary>
    public bool TrySeat(JoinAttempt attempt, Socket socket)
    {
        lock (this)
        {
            if (!TryEnd(attempt) || !session.IsOpen)
                return false;
            _places.Set(socket);
            _hasJoined = true;
            SetDeadline();
        }
        return true;
    }

    /// <summary>The client does not join by this attempt.</summary>
    /// <returns>Whether the client waits for an answer to it.</returns>
    public bool End(JoinAttempt attempt)
    {
        lock (this)
            return TryEnd(attempt);
    }

    /// <summary>An event has to wait; completes when the reader may go on.</summary>
    public ValueTask AddPending(int bytes)
    {
        lock (this)
        {
            var rare = Rare;
            rare.PendingBytes += bytes;
            if (rare.PendingBytes < server.Options.MaxPendingEventBytes || !session.IsOpen)
                return ValueTask.CompletedTask;
            rare.WhenRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(rare.WhenRoom.Task);
        }
    }

    /// <summary>Events wait no more.</summary>
    public void RemovePending(long bytes)
    {
        lock (this)
        {
            Rare.PendingBytes -= bytes;
            if (Rare.PendingBytes >= server.Options.MaxPendingEventBytes)
                return;
        }
        ReleaseReader();
    }

    // guarded by the lock
    private Rarities Rare => _rare ??= new Rarities();

    private long MaxAttachmentBytes => server.Options.MaxAttachmentBytes ?? Math.Max(DefaultAttachmentBytes, server.Options.MaxHttpBufferSize);

    private void ReleaseReader()
    {
        lock (this)
        {
            if (_rare is not { WhenRoom: { } waiting } rare)
                return;
            waiting.TrySetResult();
            rare.WhenRoom = null;
        }
    }

    private ValueTask ReceiveAttachment(AttachmentAssembler assembler, ReadOnlySpan<byte> data)
    {
        switch (assembler.Add(data))
        {
            case AttachmentStatus.TooLarge:
                return Refuse($"attachments of more than {MaxAttachmentBytes} bytes ({nameof(SocketIoOptions.MaxAttachmentBytes)})");
            case AttachmentStatus.Incomplete:
                ExpectAttachment(assembler);
                return ValueTask.CompletedTask;
            default:
                ExpectAttachment(null);
                return Route(assembler.Packet, assembler.Header, assembler.ToArray());
        }
    }

    // each attachment has as long as the first
    private void ExpectAttachment(AttachmentAssembler? assembler)
    {
        lock (this)
        {
            Rare.Assembler = assembler;
            SetDeadline();
        }
    }

    // Guarded by the lock. Before the first join its own deadline counts, whatever the client sends.
    private void SetDeadline()
    {
        if (!_hasJoined)
            return;
        if (_rare?.Assembler is null)
            session.ClearDeadline();
        else
            session.SetDeadline(server.Options.AttachmentTimeout);
    }

    private ValueTask Route(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        var name = header.NamespaceOf(packet);
        var query = IsOld ? OldClients.TakeQuery(ref name) : default;
        switch (_places.Find(name))
        {
            case Socket socket when header.Type is not (PacketType.Connect or PacketType.ConnectError):
                return Route(socket, packet, header, attachments);
            case not Socket when header.Type is PacketType.Connect:
                return TryJoin(name, IsOld ? OldClients.AuthOf(query) : server.Parser.ReadAuth(packet, header))
                    ? ValueTask.CompletedTask
                    : CloseForState(PacketType.Connect, name);
            case JoinAttempt attempt when header.Type is PacketType.Disconnect:
                GiveUp(attempt);
                return ValueTask.CompletedTask;
            default:
                return WasPutOut(name, header.Type) ? ValueTask.CompletedTask : CloseForState(header.Type, name);
        }
    }

    private static ValueTask Route(Socket socket, ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        switch (header.Type)
        {
            case PacketType.Event or PacketType.BinaryEvent:
                return socket.Dispatch.Receive(packet, header, attachments);
            case PacketType.Ack or PacketType.BinaryAck:
                socket.ReceiveAck(packet, header, attachments);
                return ValueTask.CompletedTask;
            case PacketType.Disconnect:
                socket.Close(DisconnectReason.ClientNamespaceDisconnect);
                return ValueTask.CompletedTask;
            default:
                return socket.Client.Refuse("an unknown packet type");
        }
    }

    // What was on its way when the server put the client out of a namespace is nobody's fault.
    private bool WasPutOut(ReadOnlySpan<byte> namespaceName, PacketType type)
    {
        if (type is PacketType.Connect or PacketType.ConnectError)
            return false;
        lock (this)
            return _rare?.Left is { } left && left.Contains(Encoding.UTF8.GetString(namespaceName));
    }

    // Guarded by the lock. The oldest are forgotten once there are as many as a client may be in: their packets have arrived long since.
    private void Remember(string namespaceName)
    {
        var left = Rare.Left ??= new HashSet<string>(StringComparer.Ordinal);
        if (left.Count >= server.Options.MaxNamespaces)
            left.Clear();
        left.Add(namespaceName);
    }

    private ValueTask CloseForState(PacketType type, ReadOnlySpan<byte> namespaceName)
    {
        var name = LogText.Of(namespaceName, MaxQuotedName);
        var packet = type is PacketType.Connect ? $"a second connect packet for {name}" : $"{NameOf(type)} packet for {name}, which is not joined";
        session.Break(DisconnectReason.ForcedServerClose.With(packet));
        return ValueTask.CompletedTask;
    }

    private static string NameOf(PacketType type) => type switch
    {
        PacketType.Disconnect => "a disconnect",
        PacketType.Event => "an event",
        PacketType.Ack => "an acknowledgement",
        PacketType.BinaryEvent => "a binary event",
        PacketType.BinaryAck => "a binary acknowledgement",
        _ => "a connect error",
    };

    private ValueTask Refuse(string error)
    {
        session.Break(DisconnectReason.ParseError.With(error));
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Begins to join; the reader does not wait for the middleware, other namespaces' packets may follow. A client that already joins the
    /// namespace has given that up: stock clients say nothing when they leave before they are connected.
    /// </summary>
    /// <returns>False when the client has joined already.</returns>
    private bool TryJoin(ReadOnlySpan<byte> name, JsonElement auth)
    {
        var attempt = new JoinAttempt(this, name.ToArray(), auth);
        var beginning = TryBegin(attempt);
        if (beginning is Beginning.Begun)
            _ = attempt.RunAsync();
        else if (beginning is Beginning.OneTooMany)
            attempt.RefuseOneTooMany();
        else if (beginning is Beginning.TooMuchAuth)
            attempt.RefuseTooMuchAuth();
        return beginning is not Beginning.Joined;
    }

    private Beginning TryBegin(JoinAttempt attempt)
    {
        lock (this)
        {
            var place = _places.Find(attempt.Utf8Name);
            if (place is Socket)
                return Beginning.Joined;
            if (_places.Count + (_rare?.GivenUp ?? 0) >= server.Options.MaxNamespaces)
                return Beginning.OneTooMany;
            if (HasTooMuchAuthWith(attempt.Auth))
                return Beginning.TooMuchAuth;
            if (place is JoinAttempt former)
                CountGivenUp(former, 1);
            _places.Set(attempt);
            _rare?.Left?.Remove(attempt.Name);
            return Beginning.Begun;
        }
    }

    // Guarded by the lock. One value alone is never too much: it came in one message.
    private bool HasTooMuchAuthWith(JsonElement added)
    {
        var left = server.Options.MaxHttpBufferSize - BytesOf(added) - (_rare?.GivenUpBytes ?? 0);
        foreach (var place in _places.All())
            left -= BytesOf(place.Auth);
        return left < 0 && _places.Count + (_rare?.GivenUp ?? 0) > 0;
    }

    // as it came: a document keeps that text and some bytes for each token
    private static long BytesOf(JsonElement auth) =>
        auth.ValueKind is JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(auth).Length;

    private void GiveUp(JoinAttempt attempt)
    {
        lock (this)
        {
            if (!attempt.HasEnded)
            {
                _places.Remove(attempt);
                CountGivenUp(attempt, 1);
                return;
            }
        }

        // it was decided just now
        if (_places.Find(attempt.Utf8Name) is Socket socket)
            socket.Close(DisconnectReason.ClientNamespaceDisconnect);
    }

    // guarded by the lock
    private bool TryEnd(JoinAttempt attempt)
    {
        if (attempt.HasEnded)
            return false;
        attempt.HasEnded = true;
        if (_places.Find(attempt.Utf8Name) == attempt)
        {
            _places.Remove(attempt);
            return true;
        }
        CountGivenUp(attempt, -1);
        return false;
    }

    // guarded by the lock
    private void CountGivenUp(JoinAttempt attempt, int change)
    {
        Rare.GivenUp += change;
        Rare.GivenUpBytes += change * BytesOf(attempt.Auth);
    }

    /// <summary>What few clients have, so that it costs the others nothing. All of it is written under the lock.</summary>
    private sealed class Rarities
    {
        /// <summary>Attempts that still run though the client has given them up.</summary>
        public int GivenUp { get; set; }

        /// <summary>What these hold of what the client sent with them.</summary>
        public long GivenUpBytes { get; set; }

        /// <summary>Namespaces that the server has put the client out of, whose packets may still be on their way.</summary>
        public HashSet<string>? Left { get; set; }

        /// <summary>The half-received binary packet; only the receive loop writes it.</summary>
        public AttachmentAssembler? Assembler { get; set; }

        /// <summary>What the events that wait for handlers hold.</summary>
        public long PendingBytes { get; set; }

        /// <summary>Who waits until that is less.</summary>
        public TaskCompletionSource? WhenRoom { get; set; }
    }

    private enum Beginning
    {
        Begun,
        OneTooMany,
        TooMuchAuth,
        Joined,
    }
}
