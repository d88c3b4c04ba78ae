namespace SocketIo.Cluster.Nodes;

/// <summary>Opens and closes rooms on the link of a namespace. What fails is reported, and nobody else's concern.</summary>
internal sealed class LinkRooms(NamespaceLink link, NodeReports reports, TimeProvider time)
{
    /// <inheritdoc cref="NamespaceLink.OpenRoomAsync" />
    /// <remarks>One that fails or takes too long is logged; whoever joins goes on, and the link with opening.</remarks>
    public ValueTask OpenAsync(string room)
    {
        try
        {
            var opening = link.OpenRoomAsync(room);
            return opening.IsCompletedSuccessfully ? opening : new(WaitAsync(opening.AsTask()));
        }
        catch (Exception exception)
        {
            reports.ReportRoom(exception.Message);
            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc cref="NamespaceLink.CloseRoom" />
    public void Close(string room)
    {
        try
        {
            link.CloseRoom(room);
        }
        catch (Exception exception)
        {
            reports.ReportRoom(exception.Message);
        }
    }

    private async Task WaitAsync(Task opening)
    {
        try
        {
            await opening.WaitAsync(LinkLife.MaxOpening, time).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            reports.ReportRoom(exception.Message);
        }
    }
}
