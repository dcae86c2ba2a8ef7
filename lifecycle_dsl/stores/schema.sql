-- Everything a lifecycle's store keeps. Instants are whole microseconds since 1970, UTC.
-- What says IF NOT EXISTS came later, and is added to older stores.

CREATE TABLE store (
    name  TEXT PRIMARY KEY,  -- format, lifecycle, fingerprint, sources, clock
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
    customer TEXT PRIMARY KEY,
    due      INTEGER,        -- before this instant nothing happens by itself; null: never
    state    BLOB NOT NULL   -- MessagePack
) STRICT, WITHOUT ROWID;
CREATE INDEX customers_due ON customers (due) WHERE due IS NOT NULL;

CREATE TABLE decisions (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: readers go on behind one
    customer TEXT NOT NULL,
    kind     TEXT NOT NULL,
    line     BLOB NOT NULL   -- JSON
) STRICT;
CREATE INDEX decisions_customer ON decisions (customer);

CREATE TABLE outbox (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: deliveries name it
    key         TEXT NOT NULL UNIQUE,
    customer    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    destination TEXT NOT NULL,
    line        BLOB NOT NULL,
    status      TEXT NOT NULL DEFAULT 'waiting',
    due         INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    since       INTEGER      -- when it was first claimed; null before
) STRICT;
CREATE INDEX outbox_waiting ON outbox (destination, due, number) WHERE status = 'waiting';
CREATE INDEX outbox_customer ON outbox (customer);
CREATE INDEX IF NOT EXISTS outbox_delivered ON outbox (due) WHERE status = 'delivered';

CREATE TABLE IF NOT EXISTS pruned (  -- keys of messages that arrived long ago and are gone
    key TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE places (
    source TEXT NOT NULL,
    shard  INTEGER NOT NULL,
    place  TEXT NOT NULL,    -- JSON
    PRIMARY KEY (source, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
    request TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_at ON answers (at);

CREATE TABLE moves (
    source TEXT NOT NULL,    -- '' for those who are new
    target TEXT NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (source, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE population (
    stage  TEXT PRIMARY KEY,
    people INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counts (
    name  TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
