using System.Globalization;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>A subscriber comes.</summary>
internal sealed class AttachCall(TopicKeys keys, AttachSubscriber attach, DateTimeOffset now) : RedisCall(keys.Topic(attach.Subscription.Topic)), IMakingCall
{
    public TopicName Topic => attach.Subscription.Topic;

    public string Token { get; set; } = "";

    public bool IsHomeless { get; private set; }

    public override void Write(RespWriter commands)
    {
        TopicScripts.Attach.Begin(
            commands, [Key, Key + ":events", Key + ":subscriptions", Key + ":cursors", Key + ":claimed", $"{Key}:own:{attach.Owner}"], 7);
        commands.Text(attach.Subscription.Subscriber);
        commands.Text(attach.Owner);
        commands.Number(attach.IsShared ? 1 : 0);
        commands.Number(now.ToUnixTimeMilliseconds());
        commands.Text(Token);
        var (kind, value) = attach.Start.Kind switch
        {
            TopicStartKind.Sequence => ("sequence", attach.Start.Sequence),
            TopicStartKind.Time => ("time", attach.Start.Time.ToUnixTimeMilliseconds()),
            _ => ("now", 0),
        };
        commands.Text(kind);
        commands.Text(value.ToString(CultureInfo.InvariantCulture));
    }

    protected override void Read(RespReader reply)
    {
        IsHomeless = reply.ReadList() == 0;
        if (IsHomeless)
            return;
        attach.IsOtherKind = reply.ReadNumber() == 1 != attach.IsShared;
        attach.IsNew = reply.ReadNumber() == 1;
        attach.Cursor = reply.ReadNumber();
        attach.Sent = reply.ReadNumber() is >= 0 and var sent ? sent : null;
        attach.Kept = new(reply.ReadNumber(), reply.ReadNumber());
        attach.TopicId = reply.ReadString();
    }
}
