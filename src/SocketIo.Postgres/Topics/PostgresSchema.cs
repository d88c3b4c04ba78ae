namespace SocketIo.Postgres;

/// <summary>
/// The tables, and the functions that write them. Each operation is one call of a function, or one statement, so that a batch of any length is one trip to the
/// server and one transaction. Times are milliseconds since 1970; for <c>before</c>, <c>total</c>, <c>high</c> and <c>behind</c> see below.
/// </summary>
/// <remarks>
/// Sequences are given under a lock of the topic's row, which is held until the commit: the next transaction that appends to the topic
/// waits for it, and sees its sequences. So events become visible in the order of their sequences, and there is no hole that a transaction
/// that commits late could fill behind a reader's back. A sequence of the database would not do: it counts without waiting for commits.
/// Rows are locked in the order of their ids, so that two batches do not wait for each other.
/// The functions need READ COMMITTED: each statement in them sees what was committed while the one before it waited for a lock.
/// </remarks>
internal static class PostgresSchema
{
    /// <summary>What the schema's version table says.</summary>
    public const int Version = 1;

    /// <summary>The name as an identifier.</summary>
    public static string Quote(string schema) => $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Creates everything; <c>{0}</c> stands for the schema in quotes.</summary>
    public static string Create(string schema) => Tables.Replace("{0}", Quote(schema), StringComparison.Ordinal)
        + Functions.Replace("{0}", Quote(schema), StringComparison.Ordinal);

    /// <summary>
    /// Does for one topic, and events without keys and attachments, what the function "append" does: most batches of a busy server are so.
    /// Parameters: the topic's id, how many events, their bytes, the time; for each event its number from 1, the bytes up to it, and its JSON;
    /// the channel, and what is told up to the last sequence.
    /// </summary>
    public static string AppendToOne(string schema) => OneTopic.Replace("{0}", Quote(schema), StringComparison.Ordinal);

    // Sets in the target list come row by row; those in FROM would be written down first. The numbers come from outside: of generate_series
    // the planner expects a thousand rows, takes the general plan for the worse one, and makes a plan for each batch.
    private const string OneTopic = """
        WITH changed AS (
            UPDATE {0}.topics SET last = last + $2, total = total + $3, high = greatest(high, $4)
            WHERE id = $1
            RETURNING last, last - $2 AS before, total - $3 AS total, high - $4 AS behind),
        stored AS (
            INSERT INTO {0}.events (topic, sequence, at, behind, total, json)
            SELECT $1, before + unnest($5), $4, behind, total + unnest($6), unnest($7) FROM changed)
        SELECT before, pg_notify($8, $9 || last || ']]') FROM changed
        """;

    /// <remarks>
    /// Bytes are counted from the beginning of a topic: <c>total</c> in a topic and in an event includes all before it, <c>before</c> in a
    /// topic what has been deleted. So a topic's bytes need no reading of events.
    /// <c>high</c> in a topic is the latest time of its events; <c>behind</c> in an event is by how much the event is earlier than that,
    /// zero unless a clock has stepped back. <c>at + behind</c> never falls, so that a time is found by halving.
    /// Rows that are written again and again leave room in their pages, so that no index is touched.
    /// </remarks>
    private const string Tables = """
        CREATE TABLE {0}.version (version int NOT NULL);
        INSERT INTO {0}.version VALUES (1);

        CREATE TABLE {0}.topics (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            uid text NOT NULL DEFAULT gen_random_uuid(),
            namespace text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            first bigint NOT NULL DEFAULT 1,
            last bigint NOT NULL DEFAULT 0,
            before bigint NOT NULL DEFAULT 0,
            total bigint NOT NULL DEFAULT 0,
            high bigint NOT NULL DEFAULT -9223372036854775808,
            UNIQUE (namespace, name)) WITH (fillfactor = 50);

        CREATE TABLE {0}.events (
            topic bigint NOT NULL,
            sequence bigint NOT NULL,
            at bigint NOT NULL,
            behind bigint NOT NULL,
            total bigint NOT NULL,
            json bytea NOT NULL,
            attachments bytea,
            PRIMARY KEY (topic, sequence));

        CREATE TABLE {0}.keys (
            topic bigint NOT NULL,
            key text COLLATE "C" NOT NULL,
            sequence bigint NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (topic, key));
        CREATE INDEX keys_by_sequence ON {0}.keys (topic, sequence);

        CREATE TABLE {0}.subscriptions (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            topic bigint NOT NULL,
            subscriber text COLLATE "C" NOT NULL,
            shared boolean NOT NULL,
            cursor bigint NOT NULL,
            claimed bigint NOT NULL,
            sent bigint,
            seen bigint NOT NULL,
            UNIQUE (topic, subscriber)) WITH (fillfactor = 70);

        CREATE TABLE {0}.attached (
            subscription bigint NOT NULL,
            owner text COLLATE "C" NOT NULL,
            PRIMARY KEY (subscription, owner));
        CREATE INDEX attached_by_owner ON {0}.attached (owner);

        CREATE TABLE {0}.claims (
            subscription bigint NOT NULL,
            sequence bigint NOT NULL,
            owner text COLLATE "C",
            attempt int NOT NULL,
            PRIMARY KEY (subscription, sequence));
        CREATE INDEX claims_released ON {0}.claims (subscription, sequence) WHERE owner IS NULL;
        CREATE INDEX claims_by_owner ON {0}.claims (owner) WHERE owner IS NOT NULL;

        CREATE TABLE {0}.owners (
            owner text COLLATE "C" PRIMARY KEY,
            beat bigint NOT NULL);

        """;

    private const string Functions = """
        -- The ids of topics, which are made when missing.
        CREATE FUNCTION {0}.resolve(p_namespaces text[], p_names text[]) RETURNS TABLE (o_place bigint, o_id bigint)
        LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO {0}.topics (namespace, name)
            SELECT DISTINCT n.namespace, n.name FROM unnest(p_namespaces, p_names) AS n(namespace, name)
            WHERE NOT EXISTS (SELECT 1 FROM {0}.topics t WHERE t.namespace = n.namespace AND t.name = n.name)
            ORDER BY 1, 2
            ON CONFLICT DO NOTHING;
            RETURN QUERY
            SELECT n.place, t.id FROM unnest(p_namespaces, p_names) WITH ORDINALITY AS n(namespace, name, place)
            JOIN {0}.topics t ON t.namespace = n.namespace AND t.name = n.name;
        END $body$;

        -- Tells every server of topics that have changed. A notification has less than 8,000 bytes.
        CREATE FUNCTION {0}.tell(p_channel text, p_topics bigint[]) RETURNS void
        LANGUAGE sql AS $body$
            SELECT pg_notify(p_channel, '[' || string_agg(item, ',') || ']')
            FROM (SELECT item, sum(octet_length(item) + 1) OVER (ORDER BY id) / 4000 AS part
                  FROM (SELECT id, json_build_array(namespace, name, last)::text AS item
                        FROM {0}.topics WHERE id = ANY (p_topics)) AS items) AS parts
            GROUP BY part;
        $body$;

        -- Appends events, of which none has a key. The first arrays have an entry for each topic, the others one for each event: its number
        -- among those of its topic, from 1, and their bytes up to it. A topic that is not there any more has no row in the result, which is
        -- the topic's last sequence before.
        CREATE FUNCTION {0}.append(
            p_channel text, p_now bigint, p_ids bigint[], p_counts bigint[], p_bytes bigint[],
            p_topics bigint[], p_numbers bigint[], p_totals bigint[], p_json bytea[], p_attachments bytea[])
        RETURNS TABLE (o_id bigint, o_last bigint)
        LANGUAGE plpgsql AS $body$
        DECLARE
            v record;
            v_items text;
        BEGIN
            IF cardinality(p_ids) > 1 THEN
                PERFORM 1 FROM {0}.topics t WHERE t.id = ANY (p_ids) ORDER BY t.id FOR NO KEY UPDATE;
            END IF;
            FOR v IN
                WITH changed AS (
                    UPDATE {0}.topics t
                    SET last = t.last + g.count, total = t.total + g.bytes, high = greatest(t.high, p_now)
                    FROM unnest(p_ids, p_counts, p_bytes) AS g(id, count, bytes)
                    WHERE t.id = g.id
                    RETURNING t.id, t.namespace, t.name, t.last, t.last - g.count AS before, t.total - g.bytes AS total, t.high),
                stored AS (
                    INSERT INTO {0}.events
                    SELECT c.id, c.before + r.number, p_now, c.high - p_now, c.total + r.total, r.json, r.attachments
                    FROM unnest(p_topics, p_numbers, p_totals, p_json, p_attachments) AS r(topic, number, total, json, attachments)
                    JOIN changed c ON c.id = r.topic)
                SELECT * FROM changed
            LOOP
                o_id := v.id;
                o_last := v.before;
                RETURN NEXT;
                v_items := concat_ws(',', v_items, json_build_array(v.namespace, v.name, v.last));

                -- a notification has less than 8,000 bytes
                IF octet_length(v_items) > 4000 THEN
                    PERFORM pg_notify(p_channel, '[' || v_items || ']');
                    v_items := NULL;
                END IF;
            END LOOP;
            IF v_items IS NOT NULL THEN
                PERFORM pg_notify(p_channel, '[' || v_items || ']');
            END IF;
        END $body$;

        -- Appends events, some with keys; no key comes twice.
        CREATE FUNCTION {0}.append_keyed(
            p_channel text, p_now bigint, p_topics bigint[], p_sizes bigint[], p_json bytea[], p_attachments bytea[],
            p_keys text[], p_ages bigint[], p_counts bigint[])
        RETURNS TABLE (o_place bigint, o_sequence bigint, o_duplicate boolean)
        LANGUAGE plpgsql AS $body$
        BEGIN
            PERFORM 1 FROM {0}.topics t WHERE t.id = ANY (p_topics) ORDER BY t.id FOR NO KEY UPDATE;
            RETURN QUERY
            WITH input AS (
                SELECT i.*, k.sequence AS known
                FROM unnest(p_topics, p_sizes, p_json, p_attachments, p_keys, p_ages, p_counts)
                    WITH ORDINALITY AS i(topic, size, json, attachments, key, age, count, place)
                JOIN {0}.topics t ON t.id = i.topic
                LEFT JOIN {0}.keys k ON k.topic = i.topic AND k.key = i.key AND t.last - k.sequence < i.count AND p_now - k.at < i.age),
            fresh AS (
                SELECT i.topic, i.json, i.attachments, i.key, i.place,
                    row_number() OVER w AS number,
                    (sum(i.size) OVER w)::bigint AS bytes
                FROM input i WHERE i.known IS NULL
                WINDOW w AS (PARTITION BY i.topic ORDER BY i.place)),
            changed AS (
                UPDATE {0}.topics t
                SET last = t.last + f.number, total = t.total + f.bytes, high = greatest(t.high, p_now)
                FROM (SELECT f.topic, max(f.number) AS number, max(f.bytes) AS bytes FROM fresh f GROUP BY f.topic) AS f
                WHERE t.id = f.topic
                RETURNING t.id, t.last - f.number AS last, t.total - f.bytes AS total, t.high),
            stored AS (
                INSERT INTO {0}.events
                SELECT c.id, c.last + f.number, p_now, c.high - p_now, c.total + f.bytes, f.json, f.attachments
                FROM fresh f JOIN changed c ON c.id = f.topic),
            remembered AS (
                INSERT INTO {0}.keys
                SELECT c.id, f.key, c.last + f.number, p_now FROM fresh f JOIN changed c ON c.id = f.topic WHERE f.key IS NOT NULL
                ON CONFLICT (topic, key) DO UPDATE SET sequence = excluded.sequence, at = excluded.at)
            SELECT f.place, c.last + f.number, false FROM fresh f JOIN changed c ON c.id = f.topic
            UNION ALL
            SELECT i.place, i.known, true FROM input i WHERE i.known IS NOT NULL;
            PERFORM {0}.tell(p_channel, p_topics);
        END $body$;

        CREATE FUNCTION {0}.move(p_namespaces text[], p_names text[], p_subscribers text[], p_targets bigint[])
        RETURNS TABLE (o_place bigint, o_cursor bigint)
        LANGUAGE plpgsql AS $body$
        BEGIN
            RETURN QUERY
            WITH moves AS (
                SELECT s.id, m.place, m.target
                FROM unnest(p_namespaces, p_names, p_subscribers, p_targets)
                    WITH ORDINALITY AS m(namespace, name, subscriber, target, place)
                JOIN {0}.topics t ON t.namespace = m.namespace AND t.name = m.name
                JOIN {0}.subscriptions s ON s.topic = t.id AND s.subscriber = m.subscriber
                ORDER BY s.id FOR NO KEY UPDATE OF s),
            moved AS (
                UPDATE {0}.subscriptions s SET cursor = greatest(s.cursor, m.target)
                FROM (SELECT m.id, max(m.target) AS target FROM moves m GROUP BY m.id) AS m
                WHERE s.id = m.id
                RETURNING s.id, s.cursor)
            SELECT m.place, d.cursor FROM moves m JOIN moved d ON d.id = m.id;
        END $body$;

        -- The first event of a time or later.
        CREATE FUNCTION {0}.first_since(p_topic bigint, p_first bigint, p_last bigint, p_time bigint) RETURNS bigint
        LANGUAGE plpgsql AS $body$
        DECLARE
            v_low bigint := p_first;
            v_high bigint := p_last + 1;
            v_middle bigint;
        BEGIN
            WHILE v_low < v_high LOOP
                v_middle := v_low + (v_high - v_low) / 2;
                IF EXISTS (SELECT 1 FROM {0}.events e WHERE e.topic = p_topic AND e.sequence = v_middle AND e.at + e.behind >= p_time) THEN
                    v_high := v_middle;
                ELSE
                    v_low := v_middle + 1;
                END IF;
            END LOOP;
            RETURN v_low;
        END $body$;

        -- Where the cursor of a subscription is; that of a shared one follows from its claims.
        CREATE FUNCTION {0}.cursor_of(s {0}.subscriptions) RETURNS bigint
        LANGUAGE sql STABLE AS $body$
            SELECT CASE WHEN s.shared
                THEN coalesce((SELECT min(c.sequence) - 1 FROM {0}.claims c WHERE c.subscription = s.id), s.claimed)
                ELSE s.cursor END;
        $body$;

        CREATE FUNCTION {0}.attach(
            p_namespace text, p_name text, p_subscriber text, p_owner text, p_shared boolean, p_now bigint, p_sequence bigint, p_time bigint)
        RETURNS TABLE (o_shared boolean, o_new boolean, o_cursor bigint, o_sent bigint, o_first bigint, o_last bigint, o_uid text)
        LANGUAGE plpgsql AS $body$
        DECLARE
            t {0}.topics;
            s {0}.subscriptions;
            v_new boolean;
            v_cursor bigint;
            v_sent bigint;
        BEGIN
            LOOP
                -- the topic must not be removed meanwhile; appends need not wait
                SELECT * INTO t FROM {0}.topics WHERE namespace = p_namespace AND name = p_name FOR KEY SHARE;
                EXIT WHEN FOUND;
                INSERT INTO {0}.topics (namespace, name) VALUES (p_namespace, p_name) ON CONFLICT DO NOTHING;
            END LOOP;
            v_cursor := CASE
                WHEN p_sequence IS NOT NULL THEN greatest(p_sequence, t.first) - 1
                WHEN p_time IS NOT NULL THEN {0}.first_since(t.id, t.first, t.last, p_time) - 1
                ELSE t.last END;
            LOOP
                INSERT INTO {0}.subscriptions (topic, subscriber, shared, cursor, claimed, sent, seen)
                VALUES (t.id, p_subscriber, p_shared, v_cursor, v_cursor, v_cursor, p_now) ON CONFLICT DO NOTHING;
                v_new := FOUND;
                SELECT * INTO s FROM {0}.subscriptions WHERE topic = t.id AND subscriber = p_subscriber FOR NO KEY UPDATE;
                EXIT WHEN FOUND;
            END LOOP;
            IF s.shared = p_shared THEN
                -- While somebody is attached nobody knows what was sent. The first who is attached begins to count again.
                IF NOT EXISTS (SELECT 1 FROM {0}.attached a WHERE a.subscription = s.id) THEN
                    v_sent := s.sent;
                    s.sent := coalesce(s.sent, 0);
                END IF;
                UPDATE {0}.subscriptions SET sent = s.sent, seen = p_now WHERE id = s.id;
                INSERT INTO {0}.attached VALUES (s.id, p_owner) ON CONFLICT DO NOTHING;
            END IF;
            RETURN QUERY SELECT s.shared, v_new, {0}.cursor_of(s), v_sent, t.first, t.last, t.uid;
        END $body$;

        CREATE FUNCTION {0}.find(p_namespace text, p_name text, p_subscriber text) RETURNS SETOF {0}.subscriptions
        LANGUAGE sql STABLE AS $body$
            SELECT s.* FROM {0}.topics t JOIN {0}.subscriptions s ON s.topic = t.id
            WHERE t.namespace = p_namespace AND t.name = p_name AND s.subscriber = p_subscriber;
        $body$;

        CREATE FUNCTION {0}.detach(p_namespace text, p_name text, p_subscriber text, p_owner text, p_now bigint, p_sent bigint)
        RETURNS void
        LANGUAGE plpgsql AS $body$
        DECLARE
            s {0}.subscriptions;
        BEGIN
            SELECT * INTO s FROM {0}.find(p_namespace, p_name, p_subscriber);
            DELETE FROM {0}.attached WHERE subscription = s.id AND owner = p_owner;
            IF FOUND THEN
                -- unless a server has died meanwhile
                UPDATE {0}.subscriptions SET seen = p_now, sent = CASE WHEN sent IS NOT NULL THEN greatest(sent, p_sent) END WHERE id = s.id;
            END IF;
        END $body$;

        CREATE FUNCTION {0}.remove(p_namespace text, p_name text, p_subscriber text, p_unseen_since bigint) RETURNS boolean
        LANGUAGE plpgsql AS $body$
        DECLARE
            v_id bigint;
        BEGIN
            SELECT id INTO v_id FROM {0}.find(p_namespace, p_name, p_subscriber);

            -- locked first: what is looked at behind it is what holds
            PERFORM 1 FROM {0}.subscriptions WHERE id = v_id FOR UPDATE;
            DELETE FROM {0}.subscriptions s
            WHERE s.id = v_id AND (p_unseen_since IS NULL
                OR (s.seen < p_unseen_since AND NOT EXISTS (SELECT 1 FROM {0}.attached a WHERE a.subscription = s.id)));
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            DELETE FROM {0}.attached WHERE subscription = v_id;
            DELETE FROM {0}.claims WHERE subscription = v_id;
            RETURN true;
        END $body$;

        -- Rows of three kinds: 0 says that the subscription is there, 1 is a range that was missed, 2 a claim with its attempt.
        CREATE FUNCTION {0}.claim(p_namespace text, p_name text, p_subscriber text, p_owner text, p_max int)
        RETURNS TABLE (o_kind int, o_sequence bigint, o_more bigint)
        LANGUAGE plpgsql AS $body$
        DECLARE
            s {0}.subscriptions;
            t {0}.topics;
            v_count int;
            v_last bigint;
        BEGIN
            SELECT * INTO s FROM {0}.find(p_namespace, p_name, p_subscriber);
            SELECT * INTO s FROM {0}.subscriptions WHERE id = s.id FOR NO KEY UPDATE;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            SELECT * INTO t FROM {0}.topics WHERE id = s.topic;
            RETURN QUERY SELECT 0, 0::bigint, 0::bigint;

            RETURN QUERY
            WITH deleted AS (
                DELETE FROM {0}.claims c WHERE c.subscription = s.id AND c.owner IS NULL AND c.sequence < t.first RETURNING c.sequence)
            SELECT 1, d.sequence, d.sequence FROM deleted d ORDER BY d.sequence;
            IF s.claimed + 1 < t.first THEN
                RETURN QUERY SELECT 1, s.claimed + 1, t.first - 1;
                s.claimed := t.first - 1;
            END IF;

            RETURN QUERY
            WITH released AS (
                SELECT c.sequence FROM {0}.claims c WHERE c.subscription = s.id AND c.owner IS NULL ORDER BY c.sequence LIMIT p_max),
            taken AS (
                UPDATE {0}.claims c SET owner = p_owner, attempt = c.attempt + 1
                FROM released r WHERE c.subscription = s.id AND c.sequence = r.sequence
                RETURNING c.sequence, c.attempt)
            SELECT 2, n.sequence, n.attempt::bigint FROM taken n ORDER BY n.sequence;
            GET DIAGNOSTICS v_count = ROW_COUNT;

            v_last := least(t.last, s.claimed + p_max - v_count);
            IF v_last > s.claimed THEN
                INSERT INTO {0}.claims SELECT s.id, n, p_owner, 1 FROM generate_series(s.claimed + 1, v_last) AS n;
                RETURN QUERY SELECT 2, n, 1::bigint FROM generate_series(s.claimed + 1, v_last) AS n;
            END IF;
            UPDATE {0}.subscriptions SET claimed = greatest(s.claimed, v_last) WHERE id = s.id;
        END $body$;

        CREATE FUNCTION {0}.acknowledge(p_namespace text, p_name text, p_subscriber text, p_sequences bigint[]) RETURNS void
        LANGUAGE sql AS $body$
            DELETE FROM {0}.claims c USING {0}.find(p_namespace, p_name, p_subscriber) AS s
            WHERE c.subscription = s.id AND c.sequence = ANY (p_sequences);
        $body$;

        CREATE FUNCTION {0}.release(
            p_namespace text, p_name text, p_subscriber text, p_owner text, p_keep bigint[], p_channel text) RETURNS void
        LANGUAGE plpgsql AS $body$
        DECLARE
            s {0}.subscriptions;
        BEGIN
            SELECT * INTO s FROM {0}.find(p_namespace, p_name, p_subscriber);
            UPDATE {0}.claims c SET owner = NULL WHERE c.subscription = s.id AND c.owner = p_owner AND c.sequence <> ALL (p_keep);
            IF FOUND THEN
                PERFORM {0}.tell(p_channel, ARRAY[s.topic]);
            END IF;
        END $body$;

        CREATE FUNCTION {0}.trim(
            p_namespace text, p_name text, p_now bigint, p_before bigint, p_count bigint, p_bytes bigint, p_acknowledged boolean,
            p_key_age bigint, p_key_count bigint, p_max int)
        RETURNS TABLE (o_first bigint, o_last bigint, o_more boolean)
        LANGUAGE plpgsql AS $body$
        DECLARE
            t {0}.topics;
            e record;
            v_last bigint;
            v_limit bigint;
            v_total bigint;
            v_old boolean := p_before IS NOT NULL;
        BEGIN
            SELECT * INTO t FROM {0}.topics WHERE namespace = p_namespace AND name = p_name;
            IF NOT FOUND THEN
                RETURN;
            END IF;

            -- keys up to the first that is remembered
            DELETE FROM {0}.keys k WHERE k.topic = t.id AND k.sequence < greatest(
                coalesce((SELECT y.sequence FROM {0}.keys y
                          WHERE y.topic = t.id AND y.at > p_now - p_key_age ORDER BY y.sequence LIMIT 1), 9223372036854775807),
                t.last - p_key_count + 1);

            v_last := t.first - 1;
            v_limit := t.first + p_max - 1;
            v_total := t.before;
            IF v_old OR p_bytes IS NOT NULL THEN
                FOR e IN SELECT x.sequence, x.at, x.total FROM {0}.events x
                         WHERE x.topic = t.id AND x.sequence BETWEEN t.first AND v_limit ORDER BY x.sequence LOOP
                    -- one from the future neither goes nor stays by itself: what follows decides
                    v_old := v_old AND (e.at < p_before OR e.at > p_now);
                    EXIT WHEN NOT v_old AND (p_bytes IS NULL OR t.total - v_total <= p_bytes);
                    IF (v_old AND e.at < p_before) OR t.total - v_total > p_bytes THEN
                        v_last := e.sequence;
                    END IF;
                    v_total := e.total;
                END LOOP;
            END IF;
            v_last := greatest(v_last, t.last - p_count);
            IF p_acknowledged THEN
                v_last := greatest(v_last, (SELECT min({0}.cursor_of(s)) FROM {0}.subscriptions s WHERE s.topic = t.id));
            END IF;
            v_last := least(v_last, t.last);
            o_more := v_last >= v_limit AND v_limit < t.last;
            v_last := least(v_last, v_limit);
            o_first := t.first;
            o_last := v_last;

            IF v_last >= t.first THEN
                v_total := (SELECT x.total FROM {0}.events x WHERE x.topic = t.id AND x.sequence = v_last);
                DELETE FROM {0}.events x WHERE x.topic = t.id AND x.sequence <= v_last;
                UPDATE {0}.topics SET first = greatest(first, v_last + 1), before = greatest(before, v_total) WHERE id = t.id;
            END IF;
            IF v_last = t.last AND NOT EXISTS (SELECT 1 FROM {0}.subscriptions s WHERE s.topic = t.id) THEN
                -- locked first: what is looked at behind it is what holds
                PERFORM 1 FROM {0}.topics WHERE id = t.id FOR UPDATE;
                DELETE FROM {0}.topics x WHERE x.id = t.id AND x.first > x.last
                    AND NOT EXISTS (SELECT 1 FROM {0}.subscriptions s WHERE s.topic = t.id)
                    AND NOT EXISTS (SELECT 1 FROM {0}.keys k WHERE k.topic = t.id);
            END IF;
            RETURN NEXT;
        END $body$;

        CREATE FUNCTION {0}.renew(p_owner text, p_beat bigint) RETURNS TABLE (o_new boolean, o_owner text, o_beat bigint)
        LANGUAGE plpgsql AS $body$
        DECLARE
            v_new boolean;
        BEGIN
            UPDATE {0}.owners SET beat = p_beat WHERE owner = p_owner;
            v_new := NOT FOUND;
            IF v_new THEN
                INSERT INTO {0}.owners VALUES (p_owner, p_beat) ON CONFLICT (owner) DO UPDATE SET beat = p_beat;
            END IF;
            RETURN QUERY SELECT v_new, o.owner, o.beat FROM {0}.owners o;
        END $body$;

        CREATE FUNCTION {0}.remove_owner(p_channel text, p_owner text, p_now bigint) RETURNS void
        LANGUAGE plpgsql AS $body$
        DECLARE
            v_topics bigint[];
        BEGIN
            WITH released AS (UPDATE {0}.claims SET owner = NULL WHERE owner = p_owner RETURNING subscription)
            SELECT array_agg(DISTINCT s.topic) INTO v_topics FROM released r JOIN {0}.subscriptions s ON s.id = r.subscription;
            PERFORM {0}.tell(p_channel, v_topics);

            WITH detached AS (DELETE FROM {0}.attached WHERE owner = p_owner RETURNING subscription)
            UPDATE {0}.subscriptions SET sent = NULL, seen = p_now WHERE id IN (SELECT subscription FROM detached);
            DELETE FROM {0}.owners WHERE owner = p_owner;
        END $body$;
        """;
}
