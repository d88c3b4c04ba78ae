namespace SocketIo.Redis.Topics;

/// <summary>The scripts. Each is for one topic, and names the keys that must be there together, so that none runs on half of a slot that moves.</summary>
/// <remarks>
/// Keys of a topic; each name begins with that of the first:
/// <list type="bullet">
/// <item>"" (hash): uid, token, first, last, before, total, high. Bytes are counted from the beginning of the topic: <c>total</c> includes all
/// events, <c>before</c> those that were deleted. <c>high</c> is the latest time of an event.</item>
/// <item>":events" (stream): entries "sequence-0" with a, the time; t, the bytes up to it; j, the JSON; x, attachments, if there are any;
/// h, the latest time up to it, if a clock has stepped back, so that a time is found by halving.</item>
/// <item>":keys" (hash) and ":order" (sorted set): keys with sequence and time, and by sequence.</item>
/// <item>":subscriptions" (hash): of each subscriber, packed: 1 when shared, the last event that was sent or -1, when last seen, and the servers
/// where it is attached.</item>
/// <item>":cursors" (hash): all events up to this one are acknowledged.</item>
/// <item>":claimed" (hash): of shared ones, all events up to this one were handed out.</item>
/// <item>":claims:" and a subscriber (sorted set): what was handed out and is not acknowledged. ":holders:" (hash): attempt, space,
/// server. ":released:" (sorted set): those that no server has.</item>
/// <item>":own:" and a server (set): the subscribers that are attached there, or of which it may have claims.</item>
/// </list>
/// Numbers are doubles in Lua, exact up to 2^53.
/// </remarks>
internal static class TopicScripts
{
    /// <summary>What the version key says.</summary>
    public const string Version = "1";

    // Makes the topic if there is a token; the token stands in the index, so that the topic is listed.
    private const string Open = """
        local function open(topic, token)
            local meta = redis.call('HMGET', topic, 'uid', 'first', 'last', 'total', 'high')
            if not meta[1] then
                if token == '' then return nil end
                meta = {token, 1, 0, 0, 0}
                redis.call('HSET', topic, 'uid', token, 'first', 1, 'last', 0, 'before', 0, 'total', 0, 'high', 0)
            end
            if token ~= '' then redis.call('HSET', topic, 'token', token) end
            return {uid = meta[1], first = tonumber(meta[2]), last = tonumber(meta[3]), total = tonumber(meta[4]), high = tonumber(meta[5])}
        end

        """;

    private const string Entries = """
        local function id(sequence) return string.format('%.0f-0', sequence) end
        local function read(entry)
            local found = {sequence = tonumber(string.match(entry[1], '^%d+')), x = ''}
            local fields = entry[2]
            for i = 1, #fields, 2 do found[fields[i]] = fields[i + 1] end
            return found
        end

        """;

    private const string Tell = """
        local function tell(channel, name, last) redis.call('PUBLISH', channel, string.format('%.0f ', last) .. name) end

        """;

    // The cursor of a shared subscription follows from its claims.
    private const string Follow = """
        local function follow(cursors, claims, subscriber, claimed)
            local lowest = redis.call('ZRANGE', claims, 0, 0)
            redis.call('HSET', cursors, subscriber, lowest[1] and tonumber(lowest[1]) - 1 or claimed)
        end

        """;

    /// <summary>
    /// Keys: topic, events; with keys of events also keys, order. Arguments: channel, name, time, token; for each event JSON and attachments,
    /// with keys also = and the key or nothing, age, count. Answer: nothing when there is no topic; the last sequence before, or with keys
    /// the sequence of each event, negative when its key was known.
    /// </summary>
    public static readonly TopicScript Append = new(Open + Tell + """
        local topic = open(KEYS[1], ARGV[4])
        if not topic then return {} end
        local now, last, total = tonumber(ARGV[3]), topic.last, topic.total
        local high = math.max(topic.high, now)
        local keyed = #KEYS > 2
        local results = keyed and {} or {last}
        for i = 5, #ARGV, keyed and 5 or 2 do
            local key, known = keyed and ARGV[i + 2] or '', nil
            if key ~= '' then
                local found = redis.call('HGET', KEYS[3], key)
                if found then
                    local sequence, at = string.match(found, '^(%d+) (-?%d+)$')
                    if last - sequence < tonumber(ARGV[i + 4]) and now - at < tonumber(ARGV[i + 3]) then known = tonumber(sequence) end
                end
            end
            if known then
                results[#results + 1] = -known
            else
                local json, blob = ARGV[i], ARGV[i + 1]
                last = last + 1
                total = total + 64 + #json + #blob
                local id = string.format('%.0f-0', last)
                if blob == '' and high == now then
                    redis.call('XADD', KEYS[2], id, 'a', ARGV[3], 't', total, 'j', json)
                elseif high == now then
                    redis.call('XADD', KEYS[2], id, 'a', ARGV[3], 't', total, 'j', json, 'x', blob)
                else
                    redis.call('XADD', KEYS[2], id, 'a', ARGV[3], 't', total, 'j', json, 'x', blob, 'h', high)
                end
                if key ~= '' then
                    redis.call('HSET', KEYS[3], key, string.format('%.0f ', last) .. ARGV[3])
                    redis.call('ZADD', KEYS[4], last, key)
                end
                if keyed then results[#results + 1] = last end
            end
        end
        if last > topic.last then
            redis.call('HSET', KEYS[1], 'last', last, 'total', total, 'high', high)
            tell(ARGV[1], ARGV[2], last)
        end
        return results
        """);

    /// <summary>Keys: cursors. Arguments: subscribers and targets. Answer: for each where the cursor is, -1 without a subscription.</summary>
    public static readonly TopicScript Move = new("""
        local results = {}
        for i = 1, #ARGV, 2 do
            local cursor, target = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or -1), tonumber(ARGV[i + 1])
            if cursor >= 0 and target > cursor then
                cursor = target
                redis.call('HSET', KEYS[1], ARGV[i], cursor)
            end
            results[#results + 1] = cursor
        end
        return results
        """);

    /// <summary>
    /// Keys: topic, events, subscriptions, cursors, claimed, own. Arguments: subscriber, server, 1 when shared, time, token, "sequence" or
    /// "time" or "now", its value. Answer: nothing when there is no topic; whether shared, whether new, cursor, sent or -1, first, last, uid.
    /// </summary>
    public static readonly TopicScript Attach = new(Open + Entries + """
        local topic = open(KEYS[1], ARGV[5])
        if not topic then return {} end
        local subscriber, owner, shared, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

        local function since(time)
            local low, high = topic.first, topic.last + 1
            while low < high do
                local middle = low + math.floor((high - low) / 2)
                local event = read(redis.call('XRANGE', KEYS[2], id(middle), id(middle))[1])
                if tonumber(event.h or event.a) >= time then high = middle else low = middle + 1 end
            end
            return low
        end

        local packed = redis.call('HGET', KEYS[3], subscriber)
        local subscription
        if packed then
            subscription = cmsgpack.unpack(packed)
        else
            local cursor = topic.last
            if ARGV[6] == 'sequence' then cursor = math.max(tonumber(ARGV[7]), topic.first) - 1 end
            if ARGV[6] == 'time' then cursor = since(tonumber(ARGV[7])) - 1 end
            subscription = {shared, cursor, now}
            redis.call('HSET', KEYS[4], subscriber, cursor)
            if shared == 1 then redis.call('HSET', KEYS[5], subscriber, cursor) end
        end

        local sent = -1
        if subscription[1] == shared then
            -- While somebody is attached nobody knows what was sent. The first who is attached begins to count again.
            if #subscription == 3 then
                sent = subscription[2]
                subscription[2] = math.max(sent, 0)
            end
            subscription[3] = now
            local attached = false
            for i = 4, #subscription do attached = attached or subscription[i] == owner end
            if not attached then subscription[#subscription + 1] = owner end
            redis.call('HSET', KEYS[3], subscriber, cmsgpack.pack(subscription))
            redis.call('SADD', KEYS[6], subscriber)
        end
        local cursor = tonumber(redis.call('HGET', KEYS[4], subscriber))
        return {subscription[1], packed and 0 or 1, cursor, sent, topic.first, topic.last, topic.uid}
        """);

    /// <summary>
    /// Keys: subscriptions, own. Arguments: subscriber, server, time, the last event that was sent or -1 when nobody knows. Answer: of how many
    /// subscribers the server has something.
    /// </summary>
    public static readonly TopicScript Detach = new("""
        local packed = redis.call('HGET', KEYS[1], ARGV[1])
        local subscription = packed and cmsgpack.unpack(packed) or {}
        for i = 4, #subscription do
            if subscription[i] == ARGV[2] then
                table.remove(subscription, i)
                subscription[3] = tonumber(ARGV[3])
                local sent = tonumber(ARGV[4])
                if sent < 0 then subscription[2] = -1 end

                -- unless a server has died meanwhile
                if subscription[2] >= 0 then subscription[2] = math.max(subscription[2], sent) end
                redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack(subscription))
                break
            end
        end
        redis.call('SREM', KEYS[2], ARGV[1])
        return redis.call('SCARD', KEYS[2])
        """);

    /// <summary>
    /// Keys: subscriptions, cursors, claimed, claims, holders, released. Arguments: subscriber, a time or nothing, what the names of sets of
    /// servers begin with. Answer: whether it was removed.
    /// </summary>
    public static readonly TopicScript Remove = new("""
        local packed = redis.call('HGET', KEYS[1], ARGV[1])
        if not packed then return 0 end
        local subscription = cmsgpack.unpack(packed)
        if ARGV[2] ~= '' and (#subscription > 3 or subscription[3] >= tonumber(ARGV[2])) then return 0 end
        for i = 1, 3 do redis.call('HDEL', KEYS[i], ARGV[1]) end
        redis.call('DEL', KEYS[4], KEYS[5], KEYS[6])
        for i = 4, #subscription do redis.call('SREM', ARGV[3] .. subscription[i], ARGV[1]) end
        return 1
        """);

    /// <summary>
    /// Keys: topic, cursors, claimed, claims, holders, released, own. Arguments: subscriber, server, how many. Answer: -1 without a
    /// subscription; the number of ranges that were missed, their firsts and lasts, then claims and their attempts.
    /// </summary>
    public static readonly TopicScript Claim = new(Follow + """
        local subscriber, owner, max = ARGV[1], ARGV[2], tonumber(ARGV[3])
        local claimed = tonumber(redis.call('HGET', KEYS[3], subscriber))
        if not claimed then return {-1} end
        local topic = redis.call('HMGET', KEYS[1], 'first', 'last')
        local first, last = tonumber(topic[1]), tonumber(topic[2])
        local results = {0}
        local function add(one, other)
            results[#results + 1] = one
            results[#results + 1] = other
        end

        -- A deleted event that a server has is still with its receiver, and nobody's loss.
        for _, sequence in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', first - 1)) do
            redis.call('ZREM', KEYS[6], sequence)
            redis.call('ZREM', KEYS[4], sequence)
            redis.call('HDEL', KEYS[5], sequence)
            add(tonumber(sequence), tonumber(sequence))
        end
        if claimed + 1 < first then
            add(claimed + 1, first - 1)
            claimed = first - 1
        end
        results[1] = (#results - 1) / 2

        local count = 0
        for _, sequence in ipairs(redis.call('ZRANGE', KEYS[6], 0, max - 1)) do
            local attempt = tonumber(string.match(redis.call('HGET', KEYS[5], sequence), '^%d+')) + 1
            redis.call('HSET', KEYS[5], sequence, attempt .. ' ' .. owner)
            redis.call('ZREM', KEYS[6], sequence)
            add(tonumber(sequence), attempt)
            count = count + 1
        end
        while count < max and claimed < last do
            claimed = claimed + 1
            redis.call('ZADD', KEYS[4], claimed, claimed)
            redis.call('HSET', KEYS[5], claimed, '1 ' .. owner)
            add(claimed, 1)
            count = count + 1
        end
        redis.call('HSET', KEYS[3], subscriber, claimed)
        if count > 0 then redis.call('SADD', KEYS[7], subscriber) end
        follow(KEYS[2], KEYS[4], subscriber, claimed)
        return results
        """);

    /// <summary>Keys: cursors, claimed, claims, holders, released. Arguments: subscriber, sequences.</summary>
    public static readonly TopicScript Acknowledge = new(Follow + """
        local claimed = tonumber(redis.call('HGET', KEYS[2], ARGV[1]))
        if not claimed then return 0 end
        for i = 2, #ARGV do
            redis.call('ZREM', KEYS[3], ARGV[i])
            redis.call('HDEL', KEYS[4], ARGV[i])
            redis.call('ZREM', KEYS[5], ARGV[i])
        end
        follow(KEYS[1], KEYS[3], ARGV[1], claimed)
        return 1
        """);

    /// <summary>
    /// Keys: topic, subscriptions, holders, released, own. Arguments: subscriber, server, channel, name, sequences to keep. Answer: of how many
    /// subscribers the server has something.
    /// </summary>
    public static readonly TopicScript Release = new(Tell + """
        local kept = {}
        for i = 5, #ARGV do kept[ARGV[i]] = true end
        local holders, has, released = redis.call('HGETALL', KEYS[3]), false, false
        for i = 1, #holders, 2 do
            local attempt, owner = string.match(holders[i + 1], '^(%d+) (.*)$')
            if owner == ARGV[2] and kept[holders[i]] then
                has = true
            elseif owner == ARGV[2] then
                released = true
                redis.call('HSET', KEYS[3], holders[i], attempt .. ' ')
                redis.call('ZADD', KEYS[4], holders[i], holders[i])
            end
        end
        if released then tell(ARGV[3], ARGV[4], tonumber(redis.call('HGET', KEYS[1], 'last'))) end
        local packed = redis.call('HGET', KEYS[2], ARGV[1])
        local subscription = packed and cmsgpack.unpack(packed) or {}
        for i = 4, #subscription do has = has or subscription[i] == ARGV[2] end
        if not has then redis.call('SREM', KEYS[5], ARGV[1]) end
        return redis.call('SCARD', KEYS[5])
        """);

    /// <summary>
    /// Keys: topic, events, keys, order, subscriptions, cursors, claimed. Arguments: time, time before which events go, how many stay, how many
    /// bytes stay (each may be nothing), 1 to delete what is acknowledged, age and number of keys, how many may go. Answer: nothing without a
    /// topic; first and last that were deleted, 1 when there is more, the token if the topic is gone.
    /// </summary>
    public static readonly TopicScript Trim = new(Entries + """
        local topic = redis.call('HMGET', KEYS[1], 'first', 'last', 'before', 'total', 'token')
        if not topic[1] then return {} end
        local first, last, passed, total = tonumber(topic[1]), tonumber(topic[2]), tonumber(topic[3]), tonumber(topic[4])
        local now, before, count, bytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local age, remembered, max = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

        -- keys up to the first that is remembered
        local forgotten = 0
        while forgotten < max do
            local oldest = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
            if not oldest[1] then break end
            local at = tonumber(string.match(redis.call('HGET', KEYS[3], oldest[1]), '(-?%d+)$'))
            if last - tonumber(oldest[2]) < remembered and now - at < age then break end
            redis.call('ZREM', KEYS[4], oldest[1])
            redis.call('HDEL', KEYS[3], oldest[1])
            forgotten = forgotten + 1
        end

        local target, limit = first - 1, first + max - 1
        local old, position, step = before ~= nil, first, 1
        local function large() return bytes and total - passed > bytes end
        while position <= math.min(last, limit) and (old or large()) do
            for _, entry in ipairs(redis.call('XRANGE', KEYS[2], id(position), id(limit), 'COUNT', step)) do
                local event = read(entry)
                local at = tonumber(event.a)

                -- one from the future neither goes nor stays by itself: what follows decides
                old = old and (at < before or at > now)
                if not old and not large() then break end
                if (old and at < before) or large() then target = event.sequence end
                passed = tonumber(event.t)
            end
            position = position + step
            step = math.min(step * 2, 64)
        end
        if count then target = math.max(target, last - count) end
        if ARGV[5] == '1' then
            local lowest
            for _, cursor in ipairs(redis.call('HVALS', KEYS[6])) do lowest = math.min(lowest or last, tonumber(cursor)) end
            target = math.max(target, lowest or target)
        end
        target = math.min(target, last)
        local more = target >= limit and limit < last or forgotten == max
        target = math.min(target, limit)

        if target >= first then
            local event = read(redis.call('XRANGE', KEYS[2], id(target), id(target))[1])
            redis.call('XTRIM', KEYS[2], 'MINID', '=', id(target + 1))
            redis.call('HSET', KEYS[1], 'first', target + 1, 'before', event.t)
        end
        local token = ''
        if target == last and redis.call('HLEN', KEYS[5]) == 0 and redis.call('ZCARD', KEYS[4]) == 0 then
            token = topic[5]
            redis.call('DEL', unpack(KEYS))
        end
        return {first, target, more and 1 or 0, token}
        """);

    /// <summary>Keys: topic, events. Arguments: after, count, bytes. Answer: nothing without a topic; first, last, of each event sequence, time, JSON, attachments.</summary>
    public static readonly TopicScript Page = new(Entries + """
        local topic = redis.call('HMGET', KEYS[1], 'first', 'last', 'before', 'total')
        if not topic[1] then return {} end
        local first, last = tonumber(topic[1]), tonumber(topic[2])
        local results = {first, last}
        local after, count, bytes = math.max(tonumber(ARGV[1]), first - 1), tonumber(ARGV[2]), tonumber(ARGV[3])
        local average = (tonumber(topic[4]) - tonumber(topic[3])) / math.max(last - first + 1, 1)
        while count > 0 and bytes > 0 and after < last do
            local step = math.min(count, math.max(math.floor(bytes / average), 1))
            for _, entry in ipairs(redis.call('XRANGE', KEYS[2], id(after + 1), '+', 'COUNT', step)) do
                local event = read(entry)
                after = event.sequence
                if bytes > 0 then
                    bytes = bytes - 64 - #event.j - #event.x
                    count = count - 1
                    results[#results + 1] = after
                    results[#results + 1] = event.a
                    results[#results + 1] = event.j
                    results[#results + 1] = event.x
                end
            end
        end
        return results
        """);

    /// <summary>
    /// Keys: topic, subscriptions, cursors, claimed. Arguments: what the names of claims begin with, subscribers. Answer: of each its place
    /// among the arguments, whether shared, cursor, lag, number of servers, when last seen.
    /// </summary>
    public static readonly TopicScript Describe = new("""
        local results = {}
        local topic = redis.call('HMGET', KEYS[1], 'first', 'last')
        local first, last = tonumber(topic[1]), tonumber(topic[2])
        for i = 2, #ARGV do
            local packed = redis.call('HGET', KEYS[2], ARGV[i])
            if packed and first then
                local subscription = cmsgpack.unpack(packed)
                local cursor = tonumber(redis.call('HGET', KEYS[3], ARGV[i]))
                local through = tonumber(redis.call('HGET', KEYS[4], ARGV[i]) or cursor)
                local lag = redis.call('ZCOUNT', ARGV[1] .. ARGV[i], first, '+inf') + math.max(0, last - math.max(through, first - 1))
                for _, value in ipairs({i - 2, subscription[1], cursor, lag, #subscription - 3, subscription[3]}) do
                    results[#results + 1] = value
                end
            end
        end
        return results
        """);

    /// <summary>Keys: names. Arguments: a topic's name, the token with which it was removed. Removes it from the list unless it may have been made anew.</summary>
    public static readonly TopicScript Unlist = new("""
        if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
        return redis.call('HDEL', KEYS[1], ARGV[1])
        """);

    /// <summary>Keys: owners. Arguments: server, beat. Answer: whether it is new, then servers and beats.</summary>
    public static readonly TopicScript Renew = new("""
        local results = {redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])}
        for _, value in ipairs(redis.call('HGETALL', KEYS[1])) do results[#results + 1] = value end
        return results
        """);

    public static readonly TopicScript[] All = [Append, Move, Attach, Detach, Remove, Claim, Acknowledge, Release, Trim, Page, Describe, Unlist, Renew];
}
