using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>The calls for the operations of one batch that are neither appends nor moves.</summary>
internal sealed class OperationCalls(TopicKeys keys, TopicIndex index, DateTimeOffset now)
{
    private readonly string _now = Numbers.Text(now.ToUnixTimeMilliseconds());

    // behind which a server has nothing of the topic
    private readonly HashSet<TopicOperation> _last = [];
    private readonly List<RedisCall> _unlisting = [];

    public RedisCall Of(TopicOperation operation) => operation switch
    {
        AttachSubscriber attach => new AttachCall(keys, attach, now),
        DetachSubscriber detach => Detach(detach.Subscription, detach.Owner, detach.Sent, count => Left(detach, count)),
        RemoveSubscription remove => Remove(remove),
        ClaimEvents claim => Claim(claim),
        AcknowledgeClaims acknowledge => Acknowledge(acknowledge),
        ReleaseClaims release => Release(release.Subscription, release.Owner, release.Keep, count => Left(release, count)),
        TrimTopic trim => Trim(trim),
        RenewOwner renew => index.Renew(renew),
        _ => throw new ArgumentException($"{operation.GetType().Name} is not known.", nameof(operation)),
    };

    /// <summary>What is to be done when the operations are done: the list of topics follows what has become of them.</summary>
    public IEnumerable<RedisCall> Behind(IEnumerable<TopicOperation> operations)
    {
        // the last operation of each server in each topic decides
        var empty = new Dictionary<(string Owner, TopicName Topic), bool>();
        foreach (var operation in operations)
        {
            if (UseOf(operation) is { } use)
                empty[use] = _last.Contains(operation);
        }
        return _unlisting.Concat(empty.Where(static one => one.Value).Select(one => index.Leave(one.Key.Owner, one.Key.Topic)));
    }

    /// <summary>Asks of which subscribers of a topic a server has something.</summary>
    public RedisCall FindSubscribers(TopicName topic, string owner, List<string> subscribers) => new PlainCall(
        keys.Topic(topic),
        reply =>
        {
            for (var count = reply.ReadList(); count > 0; count--)
                subscribers.Add(reply.ReadString());
        },
        "SMEMBERS", Own(topic, owner));

    /// <summary>A subscription loses a server that is gone, and nobody knows what that has sent.</summary>
    public RedisCall[] RemoveOwner(SubscriptionName name, string owner) =>
        [Release(name, owner, [], static _ => { }), Detach(name, owner, -1, static _ => { })];

    private static (string Owner, TopicName Topic)? UseOf(TopicOperation operation) => operation switch
    {
        AttachSubscriber attach => (attach.Owner, attach.Subscription.Topic),
        DetachSubscriber detach => (detach.Owner, detach.Subscription.Topic),
        ClaimEvents claim => (claim.Owner, claim.Subscription.Topic),
        ReleaseClaims release => (release.Owner, release.Subscription.Topic),
        _ => null,
    };

    private void Left(TopicOperation operation, long count)
    {
        if (count == 0)
            _last.Add(operation);
    }

    private ScriptCall Detach(SubscriptionName name, string owner, long sent, Action<long> left) => new(
        TopicScripts.Detach,
        [keys.Topic(name.Topic) + ":subscriptions", Own(name.Topic, owner)],
        [name.Subscriber, owner, _now, Numbers.Text(sent)],
        reply => left(reply.ReadNumber()));

    private ScriptCall Remove(RemoveSubscription remove)
    {
        var topic = keys.Topic(remove.Subscription.Topic);
        return new(
            TopicScripts.Remove,
            [topic + ":subscriptions", topic + ":cursors", topic + ":claimed", .. Claims(remove.Subscription)],
            [remove.Subscription.Subscriber, Numbers.Text(remove.UnseenSince?.ToUnixTimeMilliseconds()), topic + ":own:"],
            reply => remove.IsRemoved = reply.ReadNumber() == 1);
    }

    private ScriptCall Claim(ClaimEvents claim)
    {
        var (name, topic) = (claim.Subscription, keys.Topic(claim.Subscription.Topic));
        return new(
            TopicScripts.Claim,
            [topic, topic + ":cursors", topic + ":claimed", .. Claims(name), Own(name.Topic, claim.Owner)],
            [name.Subscriber, claim.Owner, Numbers.Text(claim.Max)],
            reply => Read(claim, reply));
    }

    private ScriptCall Acknowledge(AcknowledgeClaims acknowledge)
    {
        var (name, topic) = (acknowledge.Subscription, keys.Topic(acknowledge.Subscription.Topic));
        return new(
            TopicScripts.Acknowledge,
            [topic + ":cursors", topic + ":claimed", .. Claims(name)],
            [name.Subscriber, .. acknowledge.Sequences.Select(Numbers.Text)],
            static _ => { });
    }

    private ScriptCall Release(SubscriptionName name, string owner, IReadOnlyCollection<long> keep, Action<long> left)
    {
        var topic = keys.Topic(name.Topic);
        var claims = Claims(name);
        return new(
            TopicScripts.Release,
            [topic, topic + ":subscriptions", .. claims[1..], Own(name.Topic, owner)],
            [name.Subscriber, owner, keys.Channel, TopicKeys.NameOf(name.Topic), .. keep.Select(Numbers.Text)],
            reply => left(reply.ReadNumber()));
    }

    private ScriptCall Trim(TrimTopic trim)
    {
        var topic = keys.Topic(trim.Topic);
        return new(
            TopicScripts.Trim,
            [topic, topic + ":events", topic + ":keys", topic + ":order", topic + ":subscriptions", topic + ":cursors", topic + ":claimed"],
            [
                _now, Numbers.Text(trim.StoredBefore?.ToUnixTimeMilliseconds()), Numbers.Text(trim.MaxCount), Numbers.Text(trim.MaxBytes),
                trim.Acknowledged ? "1" : "0", Numbers.Text((long)trim.Memory.Age.TotalMilliseconds), Numbers.Text(trim.Memory.Events),
                Numbers.Text(trim.MaxDeleted),
            ],
            reply => Read(trim, reply));
    }

    private static void Read(ClaimEvents claim, RespReader reply)
    {
        var rest = reply.ReadList() - 1;
        var ranges = reply.ReadNumber();
        if (ranges < 0)
        {
            (claim.Claims, claim.Missed) = (null, []);
            return;
        }
        var missed = new List<SequenceRange>();
        var claims = new List<EventClaim>();
        for (; rest > 0; rest -= 2)
        {
            if (ranges-- > 0)
                SequenceRange.Add(missed, new(reply.ReadNumber(), reply.ReadNumber()));
            else
                claims.Add(new(reply.ReadNumber(), (int)reply.ReadNumber()));
        }
        (claim.Claims, claim.Missed) = (claims, missed);
    }

    private void Read(TrimTopic trim, RespReader reply)
    {
        if (reply.ReadList() == 0)
            return;
        trim.Deleted = new(reply.ReadNumber(), reply.ReadNumber());
        trim.HasMore = reply.ReadNumber() == 1;
        if (reply.ReadString() is { Length: > 0 } token)
            _unlisting.Add(index.Unlist(trim.Topic, token));
    }

    private string Own(TopicName topic, string owner) => $"{keys.Topic(topic)}:own:{owner}";

    // claims, holders, released
    private string[] Claims(SubscriptionName name)
    {
        var topic = keys.Topic(name.Topic);
        return [$"{topic}:claims:{name.Subscriber}", $"{topic}:holders:{name.Subscriber}", $"{topic}:released:{name.Subscriber}"];
    }
}
