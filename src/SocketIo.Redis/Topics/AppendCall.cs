using System.Runtime.InteropServices;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>The appends of a batch to one topic.</summary>
internal sealed class AppendCall(TopicKeys keys, TopicName topic, DateTimeOffset now) : RedisCall(keys.Topic(topic)), IMakingCall
{
    private readonly List<AppendEvent> _appends = [];
    private bool _hasKeys;

    public TopicName Topic => topic;

    public string Token { get; set; } = "";

    public bool IsHomeless { get; private set; }

    public void Add(AppendEvent append)
    {
        _appends.Add(append);
        _hasKeys |= append.Key is not null;
    }

    public override void Write(RespWriter commands)
    {
        string[] names = _hasKeys ? [Key, Key + ":events", Key + ":keys", Key + ":order"] : [Key, Key + ":events"];
        TopicScripts.Append.Begin(commands, names, 4 + _appends.Count * (_hasKeys ? 5 : 2));
        commands.Text(keys.Channel);
        commands.Text(TopicKeys.NameOf(topic));
        commands.Number(now.ToUnixTimeMilliseconds());
        commands.Text(Token);
        foreach (var append in _appends)
            Write(append, commands);
    }

    public override bool TryFail(TopicStoreException failure)
    {
        foreach (var append in _appends)
            append.Error = failure;
        return true;
    }

    protected override void Read(RespReader reply)
    {
        var count = reply.ReadList();
        IsHomeless = count == 0;
        MayBeDone = !IsHomeless;
        if (IsHomeless)
            return;
        var last = _hasKeys ? 0 : reply.ReadNumber();
        foreach (var append in CollectionsMarshal.AsSpan(_appends))
        {
            var sequence = _hasKeys ? reply.ReadNumber() : ++last;
            (append.Sequence, append.IsDuplicate) = (Math.Abs(sequence), sequence < 0);
        }
    }

    private void Write(AppendEvent append, RespWriter commands)
    {
        commands.Text(append.Data.Json.Span);
        commands.Text(AttachmentBlob.Pack(append.Data));
        if (!_hasKeys)
            return;

        // an empty key is one, too
        commands.Text(append.Key is { } key ? "=" + key : "");
        commands.Number((long)append.Memory.Age.TotalMilliseconds);
        commands.Number(append.Memory.Events);
    }
}
