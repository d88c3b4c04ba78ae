namespace SocketIo.Sqlite;

/// <summary>The tables. Times are milliseconds since 1970.</summary>
internal static class SqliteSchema
{
    /// <remarks>
    /// Bytes are counted from the beginning of a topic: <c>total</c> in a topic and in an event includes all before it, <c>before</c> in a
    /// topic what has been deleted. So a topic's bytes need no reading of events, and no row is written again.
    /// <c>high</c> in a topic is the latest time of its events; <c>behind</c> in an event is by how much the event is earlier than that,
    /// zero unless a clock has stepped back. <c>at + behind</c> never falls, so that a time is found by halving.
    /// Events lie in the order of topic and sequence, without another index: appending writes one place for each topic, a page is read
    /// from one place.
    /// </remarks>
    public const string Create = """
        CREATE TABLE topics (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            before INTEGER NOT NULL,
            total INTEGER NOT NULL,
            high INTEGER NOT NULL,
            UNIQUE (namespace, name)) STRICT;

        CREATE TABLE events (
            topic INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            at INTEGER NOT NULL,
            behind INTEGER NOT NULL,
            total INTEGER NOT NULL,
            json BLOB NOT NULL,
            attachments BLOB,
            PRIMARY KEY (topic, sequence)) STRICT, WITHOUT ROWID;

        CREATE TABLE keys (
            topic INTEGER NOT NULL,
            key TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (topic, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX keys_by_sequence ON keys (topic, sequence);

        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            topic INTEGER NOT NULL,
            subscriber TEXT NOT NULL,
            shared INTEGER NOT NULL,
            cursor INTEGER NOT NULL,
            claimed INTEGER NOT NULL,
            sent INTEGER,
            owner TEXT,
            seen INTEGER NOT NULL,
            UNIQUE (topic, subscriber)) STRICT;

        CREATE TABLE claims (
            subscription INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            owner TEXT,
            attempt INTEGER NOT NULL,
            PRIMARY KEY (subscription, sequence)) STRICT, WITHOUT ROWID;
        CREATE INDEX claims_released ON claims (subscription, sequence) WHERE owner IS NULL;
        """;
}
