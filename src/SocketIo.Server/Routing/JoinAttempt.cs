using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SocketIo.Broadcasts;
using SocketIo.Engine;
using SocketIo.Engine.Frames;

namespace SocketIo.Routing;

/// <summary>
/// One attempt of a client to join a namespace, from its connect packet to the answer. Middleware may take its time; a client that
/// leaves meanwhile, or asks again, has given the attempt up, and it ends without an answer.
/// </summary>
internal sealed class JoinAttempt(Client client, byte[] utf8Name, JsonElement auth) : IPlace
{
    private static readonly ConnectResult InvalidNamespace = ConnectResult.Refuse("Invalid namespace");
    private static readonly ConnectResult TooManyNamespaces = ConnectResult.Refuse("Too many namespaces");
    private static readonly ConnectResult TooMuchAuth = ConnectResult.Refuse("Too much auth");
    private static readonly ConnectResult Failed = ConnectResult.Refuse("Internal server error");

    private static readonly LineKind Refusals = new("refused connects", LogLevel.Information);

    // none before there is one
    private string _socketId = "-";

    public string Name { get; } = Encoding.UTF8.GetString(utf8Name);

    public byte[] Utf8Name => utf8Name;

    public JsonElement Auth => auth;

    /// <summary>Whether it was decided; guarded by the client's lock.</summary>
    public bool HasEnded { get; set; }

    private SocketIoServer Server => client.Server;

    /// <summary>The task does not fail.</summary>
    public async Task RunAsync()
    {
        try
        {
            await DecideAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>Refuses a client that has as many namespaces as it may.</summary>
    public void RefuseOneTooMany() => Send(
        Encode(TooManyNamespaces), $"more than {Server.Options.MaxNamespaces} namespaces ({nameof(SocketIoOptions.MaxNamespaces)})");

    /// <summary>Refuses a client whose sockets keep as much auth as they may.</summary>
    public void RefuseTooMuchAuth() => Send(
        Encode(TooMuchAuth), $"more than {Server.Options.MaxHttpBufferSize} bytes of auth in all namespaces ({nameof(SocketIoOptions.MaxHttpBufferSize)})");

    /// <summary>The server gives the client up while middleware still decides.</summary>
    public void TellUndecided() => Log.Undecided(Server.Logger, _socketId, LogText.Of(Name));

    private async ValueTask DecideAsync()
    {
        if (utf8Name.Length > Server.Options.MaxNamespaceLength)
        {
            Refuse(InvalidNamespace, $"a name of more than {Server.Options.MaxNamespaceLength} bytes ({nameof(SocketIoOptions.MaxNamespaceLength)})");
            return;
        }
        if (await ReserveAsync().ConfigureAwait(false) is not { } @namespace)
        {
            Refuse(InvalidNamespace, InvalidNamespace.Message!);
            return;
        }
        var socket = await MakeSocketAsync(@namespace).ConfigureAwait(false);
        var result = await AskAsync(socket).ConfigureAwait(false);
        if (result.IsRefused)
        {
            Refuse(result, result.Message!);
            return;
        }
        await AnnounceAsync(socket).ConfigureAwait(false);
        Accept(socket);
    }

    /// <summary>Finds the namespace, which is not removed from here on; null when there is none.</summary>
    private async ValueTask<Namespace?> ReserveAsync()
    {
        // an empty child namespace may be removed just when it was found; another is made then
        while (await Server.Index.FindAsync(Name, auth).ConfigureAwait(false) is { } found)
        {
            if (!found.TryReserve())
                continue;
            await found.Delivery.WhenReady.ConfigureAwait(false);
            return found;
        }
        return null;
    }

    private async ValueTask<Socket> MakeSocketAsync(Namespace @namespace)
    {
        try
        {
            var restored = await @namespace.Delivery.RestoreAsync(auth, client.Session).ConfigureAwait(false);
            var socket = new Socket(@namespace, client, auth, restored);
            _socketId = socket.Id;
            return socket;
        }
        catch
        {
            @namespace.Release();
            throw;
        }
    }

    private async ValueTask<ConnectResult> AskAsync(Socket socket)
    {
        var isAccepted = false;
        try
        {
            var result = SkipsMiddleware(socket) ? ConnectResult.Accept : await socket.Namespace.Handlers.RunMiddlewareAsync(socket).ConfigureAwait(false);
            isAccepted = !result.IsRefused;
            return result;
        }
        finally
        {
            if (!isAccepted)
                Abandon(socket);
        }
    }

    private static async ValueTask AnnounceAsync(Socket socket)
    {
        try
        {
            await socket.Namespace.Delivery.AnnounceAsync(socket).ConfigureAwait(false);
        }
        catch
        {
            Abandon(socket);
            throw;
        }
    }

    private bool SkipsMiddleware(Socket socket) =>
        socket.Recovered && Server.Options.ConnectionStateRecovery is { SkipMiddleware: true };

    private void Accept(Socket socket)
    {
        var isSeated = false;
        try
        {
            var answer = socket.EncodeConnect();
            isSeated = client.TrySeat(this, socket);
            if (!isSeated)
                return;
            Connect(socket, answer);

            // a connection that ended meanwhile has told only the sockets it knew of
            if (!client.Session.IsOpen)
                socket.Close(client.Session.CloseReason);
        }
        finally
        {
            if (!isSeated)
                Abandon(socket);
        }
    }

    /// <summary>
    /// The socket becomes visible, the client is told, then the connection handlers run, and the client's events behind them. A close that
    /// comes meanwhile is made up for: what is told of the end was told of the beginning.
    /// </summary>
    private void Connect(Socket socket, Frame answer)
    {
        socket.Namespace.TryKeep();
        Log.Connected(Server.Logger, socket.Id, socket.Namespace.Name, client.Session.Label);
        socket.Namespace.Delivery.Connect(socket, answer);
        Server.Topics?.Restore(socket);
        socket.Dispatch.RunConnectionHandlers();
        if (socket.Life.CloseReason is { } reason)
            socket.Close(reason);
    }

    // The socket was refused, or its connection ended while the middleware decided.
    private static void Abandon(Socket socket)
    {
        socket.LeaveRooms();
        socket.Namespace.Delivery.OnAbandoned(socket);
        socket.Namespace.Release();
    }

    private void Refuse(ConnectResult result, string reason)
    {
        var answer = Encode(result);
        if (client.End(this))
            Send(answer, reason);
    }

    // The log says more than the client is told: which limit it was.
    private void Send(Frame answer, string reason)
    {
        if (client.Session.MayLog(Refusals))
            Log.Refused(Server.Logger, _socketId, client.Session.Label, LogText.Of(Name), reason);
        client.Session.EnqueueControl(answer);
    }

    // What the exception says is for the log, not for strangers.
    private void Fail(Exception exception)
    {
        if (!client.Session.IsOpen && exception is OperationCanceledException or SocketDisconnectedException)
            Log.JoinEnded(Server.Logger, LogText.Of(Name), _socketId, exception.Message);
        else
            Log.JoinFailed(Server.Logger, exception, _socketId, LogText.Of(Name));
        if (client.End(this))
            client.Session.EnqueueControl(Encode(Failed));
    }

    // A client of protocol 3 gets the data in place of the message, or else the message as text.
    private Frame Encode(ConnectResult result) => client.IsOld && result != InvalidNamespace
        ? Server.Encoder.WriteConnectError(Name, null, result.Data ?? result.Message)
        : Server.Encoder.WriteConnectError(Name, result.Message, result.Data);
}
