using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NetSocket = System.Net.Sockets.Socket;

namespace SocketIo.LoadTest.Load;

/// <summary>One client: a WebSocket on a socket of its own, read by completions, written without waiting.</summary>
/// <remarks>All state is guarded by the lock of the <see cref="LoadClient"/>; one receive is outstanding at a time.</remarks>
internal sealed class Connection : IDisposable
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private const int SmallBuffer = 4096; // of a connection that will not read: what the server sends stays with the server
    private const int Tcp = 6;
    private const int MaxSegment = 2; // TCP_MAXSEG: with loopback's own of 64 KB the sender's kernel keeps megabytes
    private const int SmallSegment = 536;
    private const string Accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // of the key, RFC 6455 1.3

    private readonly LoadClient _client;
    private readonly NetSocket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly List<byte> _unsent = [];
    private readonly List<byte> _fragments = []; // of a message that has not ended
    private byte[] _buffer = new byte[4096];
    private int _filled;
    private bool _isWebSocket;
    private bool _isSending;
    private bool _isStalled;
    private bool _hasUnread; // a receive has completed since

    public Connection(LoadClient client, int index)
    {
        _client = client;
        Index = index;
        _socket.NoDelay = true;
        if (index == client.StalledIndex)
            MakeSmall();
        _socket.Blocking = false;
        // closed by a reset: no port stays behind in TIME_WAIT for the next run
        _socket.LingerState = new LingerOption(true, 0);
        _receive.Completed += (_, _) => OnCompleted();
    }

    public int Index { get; }

    public bool IsJoined { get; private set; }

    public void Start(IPEndPoint server)
    {
        _receive.RemoteEndPoint = server;
        if (!_socket.ConnectAsync(_receive))
            OnCompleted();
    }

    /// <summary>Reads no more; under the lock.</summary>
    public void Stall() => _isStalled = true;

    /// <summary>Reads again.</summary>
    public void Resume()
    {
        lock (_client.Sync)
        {
            _isStalled = false;
            if (!_hasUnread)
                return;
            _hasUnread = false;
        }
        OnCompleted();
    }

    /// <summary>Sends now what the socket takes, and the rest when it can.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        var sent = 0;
        if (!_isSending)
        {
            sent = _socket.Send(bytes, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
                throw new DeliveryException($"connection {Index} could not send: {error}");
        }
        if (sent == bytes.Length)
            return;
        _unsent.AddRange(bytes[sent..]);
        if (!_isSending)
            _ = SendRestAsync();
    }

    private async Task SendRestAsync()
    {
        _isSending = true;
        try
        {
            while (true)
            {
                byte[] rest;
                lock (_client.Sync)
                {
                    rest = [.. _unsent];
                    _unsent.Clear();
                    _isSending = rest.Length > 0;
                }
                if (rest.Length == 0)
                    return;
                for (var sent = 0; sent < rest.Length;)
                    sent += await _socket.SendAsync(rest.AsMemory(sent));
            }
        }
        catch (SocketException exception)
        {
            _client.Fail(new DeliveryException($"connection {Index} could not send: {exception.Message}"));
        }
    }

    private void OnCompleted()
    {
        try
        {
            do
            {
                if (IsHeld() || HasEnded())
                    return;
                if (_receive.LastOperation == SocketAsyncOperation.Connect)
                    Upgrade();
                else
                    Take(_receive.BytesTransferred);
                _receive.SetBuffer(_buffer, _filled, _buffer.Length - _filled);
            }
            while (!_socket.ReceiveAsync(_receive));
        }
        catch (ObjectDisposedException) when (_client.HasEnded)
        {
        }
        catch (Exception exception)
        {
            _client.Fail(exception);
        }
    }

    private bool HasEnded()
    {
        if (_receive.SocketError != SocketError.Success)
            _client.OnEnded(this, _receive.SocketError.ToString());
        else if (_receive.LastOperation == SocketAsyncOperation.Receive && _receive.BytesTransferred == 0)
            _client.OnEnded(this, "closed by the server");
        else
            return false;
        return true;
    }

    private bool IsHeld()
    {
        lock (_client.Sync)
            return _hasUnread = _isStalled;
    }

    private void MakeSmall()
    {
        _socket.ReceiveBufferSize = SmallBuffer;
        if (OperatingSystem.IsLinux())
            _socket.SetRawSocketOption(Tcp, MaxSegment, BitConverter.GetBytes(SmallSegment));
    }

    private void Upgrade()
    {
        var request = $"GET {_client.Dialect.PathOf(Index)} HTTP/1.1\r\nHost: {_receive.RemoteEndPoint}\r\nUpgrade: websocket\r\n"
            + $"Connection: Upgrade\r\nSec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\n\r\n";
        lock (_client.Sync)
            Send(Encoding.ASCII.GetBytes(request));
    }

    private void Take(int received)
    {
        lock (_client.Sync)
        {
            _filled += received;
            var taken = _isWebSocket ? 0 : TakeUpgrade();
            if (_isWebSocket)
                taken += TakeFrames(_buffer.AsSpan(taken, _filled - taken), Stopwatch.GetTimestamp());
            _client.AfterRead(this);
            Keep(taken);
        }
    }

    private int TakeUpgrade()
    {
        var bytes = _buffer.AsSpan(0, _filled);
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return 0;
        var head = Encoding.ASCII.GetString(bytes[..end]);
        if (!head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) || !head.Contains(Accepted, StringComparison.Ordinal))
            throw new InvalidOperationException("The upgrade was refused: " + head);
        _isWebSocket = true;
        if (!_client.Dialect.Opening.IsEmpty)
            _client.Outgoing.Add(_client.Dialect.Opening);
        return end + 4;
    }

    private int TakeFrames(Span<byte> bytes, long now)
    {
        var taken = 0;
        while (ServerFrame.ReadHead(bytes[taken..], out var opcode, out var isLast, out var length) is var head and > 0)
        {
            var whole = head + length;
            if (bytes.Length - taken < whole)
            {
                if (_buffer.Length < whole)
                    Array.Resize(ref _buffer, whole);
                break;
            }
            TakeFrame(opcode, isLast, bytes.Slice(taken + head, length), now);
            taken += whole;
        }
        return taken;
    }

    private void TakeFrame(byte opcode, bool isLast, ReadOnlySpan<byte> payload, long now)
    {
        switch (opcode)
        {
            case ServerFrame.Text or ServerFrame.Continuation when !isLast || _fragments.Count > 0:
                _fragments.AddRange(payload);
                if (isLast)
                    TakeWhole(now);
                break;
            case ServerFrame.Text:
                while (_client.Dialect.TryTake(ref payload, out var text))
                    TakeText(text, now);
                break;
            case ServerFrame.Ping:
                _client.Outgoing.AddPong(payload);
                break;
            case ServerFrame.Pong:
                break;
            case ServerFrame.Close:
                throw new DeliveryException($"the server closed connection {Index}: {Encoding.UTF8.GetString(payload)}");
            default:
                throw new DeliveryException($"connection {Index} got a frame of type {opcode}");
        }
    }

    // SignalR sends what has piled up as one message of several frames.
    private void TakeWhole(long now)
    {
        byte[] message = [.. _fragments];
        _fragments.Clear();
        TakeFrame(ServerFrame.Text, isLast: true, message, now);
    }

    private void TakeText(ReadOnlySpan<byte> text, long now)
    {
        if (IsJoined && _client.TryDeliver(this, text, now))
            return;
        if (_client.Dialect.TryHeartbeat(text, out var answer))
            _client.Outgoing.Add(answer);
        else if (!IsJoined && _client.Dialect.TryGreet(text, out var isJoined, out answer))
            Greet(isJoined, answer);
        else
            throw new DeliveryException($"connection {Index} got what nobody sent: {Encoding.UTF8.GetString(text)}");
    }

    private void Greet(bool isJoined, ReadOnlySpan<byte> answer)
    {
        if (!answer.IsEmpty)
            _client.Outgoing.Add(answer);
        IsJoined = isJoined;
        if (isJoined)
            _client.OnJoined();
    }

    /// <summary>Moves the part of a frame that is there to the front. A buffer that was made longer has it at the same place.</summary>
    private void Keep(int taken)
    {
        _filled -= taken;
        if (_filled > 0 && taken > 0)
            _buffer.AsSpan(taken, _filled).CopyTo(_buffer);
        if (_filled == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _receive.Dispose();
    }
}
