-- Everything a lifecycle's store keeps, in a schema of its own. Instants are whole microseconds
-- since 1970, UTC, but for the leases, which run by the server's clock. A `customer` is the name, or
-- stands for it where the name does not fit an index (`postgres_names.py`).

CREATE TABLE store (
    name  text PRIMARY KEY,        -- format, shards, lifecycle, fingerprint, sources
    value text NOT NULL
);

-- ---- who runs rules here

CREATE TABLE workers (
    worker text PRIMARY KEY,       -- also the name of its connection to the server
    until  timestamptz NOT NULL,   -- alive until then, unless it says so again
    kept   bigint NOT NULL         -- the number of its last commit
) WITH (fillfactor = 50);

-- where it takes requests, if it does
ALTER TABLE workers ADD COLUMN IF NOT EXISTS address text;

CREATE TABLE shards (
    shard  integer PRIMARY KEY,
    holder text,                   -- null: nobody
    token  bigint NOT NULL         -- grows whenever what its holder remembers is outdated
) WITH (fillfactor = 50);

-- ---- customers

CREATE TABLE customers (
    customer text COLLATE "C" PRIMARY KEY,
    shard    integer NOT NULL,
    due      bigint,               -- before this instant nothing happens by itself; null: never
    state    bytea NOT NULL        -- MessagePack
) WITH (fillfactor = 80);
CREATE INDEX customers_due ON customers (due, customer) INCLUDE (shard) WHERE due IS NOT NULL;

CREATE TABLE decisions (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text COLLATE "C" NOT NULL,
    kind     text NOT NULL,
    line     bytea NOT NULL        -- JSON
);
CREATE INDEX decisions_customer ON decisions (customer, number);

CREATE TABLE outbox (
    number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text COLLATE "C" NOT NULL UNIQUE,
    customer    text COLLATE "C" NOT NULL,
    kind        text NOT NULL,
    destination text COLLATE "C" NOT NULL,
    line        bytea NOT NULL,
    status      text NOT NULL DEFAULT 'waiting',
    due         bigint NOT NULL DEFAULT 0,
    attempts    integer NOT NULL DEFAULT 0,
    reason      text,
    since       bigint             -- when it was first claimed; null before
);
CREATE INDEX outbox_waiting ON outbox (destination, due, number) WHERE status = 'waiting';
CREATE INDEX outbox_customer ON outbox (customer);
-- what says IF NOT EXISTS came later, and is added to older stores
CREATE INDEX IF NOT EXISTS outbox_delivered ON outbox (due) WHERE status = 'delivered';

CREATE TABLE IF NOT EXISTS pruned (  -- keys of messages that arrived long ago and are gone
    key text COLLATE "C" PRIMARY KEY
);

CREATE TABLE places (
    source text COLLATE "C",
    shard  integer,
    place  text NOT NULL,          -- JSON
    PRIMARY KEY (source, shard)
) WITH (fillfactor = 50);

CREATE TABLE answers (
    request text COLLATE "C" PRIMARY KEY,
    at      bigint NOT NULL,
    body    bytea NOT NULL
);
CREATE INDEX answers_at ON answers (at);

-- ---- what is counted: each worker adds to rows of a shard of its own, so that none waits

CREATE TABLE clocks (
    shard integer PRIMARY KEY,
    clock bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE moves (
    shard  integer,
    source text COLLATE "C",       -- '' for those who are new
    target text COLLATE "C",
    people bigint NOT NULL,
    PRIMARY KEY (shard, source, target)
) WITH (fillfactor = 50);

CREATE TABLE population (
    shard  integer,
    stage  text COLLATE "C",
    people bigint NOT NULL,
    PRIMARY KEY (shard, stage)
) WITH (fillfactor = 50);

CREATE TABLE counts (
    shard integer,
    name  text COLLATE "C",
    count bigint NOT NULL,
    PRIMARY KEY (shard, name)
) WITH (fillfactor = 50);
