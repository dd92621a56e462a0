-- A file that arrived, and what became of it. Who works on it holds a lease; each attempt has a number, and
-- only the newest one may write (fence).
create table file (
  id text primary key check (id <> ''),
  blueprint text not null,
  source text not null,
  name text not null,
  -- Where it was seen, in which version (an ETag; size, time and inode of a local file), with how many bytes.
  location text not null,
  version text not null,
  size bigint not null check (size >= 0),
  discovered_at timestamptz not null,
  state text not null check (state in ('discovered', 'validating', 'converting', 'publishing', 'loading',
    'published', 'failed', 'dead_lettered', 'duplicate', 'forgotten')),
  since timestamptz not null,
  -- The number of the newest attempt, and how many failed since somebody last wanted it tried.
  fence bigint not null default 0,
  failures integer not null default 0,
  -- The newest attempt when somebody last wanted it tried.
  retried_fence bigint not null default 0,
  lease_owner text,
  lease_until timestamptz,
  next_attempt_at timestamptz not null,
  -- Of its bytes, in hexadecimal. The key is what makes two files the same; of these one is worked on.
  sha256 text,
  content_key text,
  same_as text,
  category text,
  code text,
  reason text,
  -- Where its output is to be; from the first attempt on, whatever the blueprint says later.
  destination text,
  dead_letter text,
  total_rows bigint,
  -- How far the attempt under way is.
  rows_read bigint not null default 0,
  bytes_read bigint not null default 0,
  bytes_written bigint not null default 0,
  progress_at timestamptz,
  -- What an attempt that ended had finished: whole parts, and the row group behind them.
  resume jsonb,
  -- What was published.
  rows_in bigint,
  rows_out bigint,
  rows_filtered bigint,
  rows_rejected bigint,
  parts integer,
  output_bytes bigint,
  published_at timestamptz,
  -- How many of the rows published were handed to the stream, and how many of them it refused.
  rows_loaded bigint,
  rows_refused bigint,
  -- The alert about it, as it was said last.
  alert text not null default 'none' check (alert in ('none', 'firing', 'resolved')),
  -- Who asked last for it to be retried or forgotten.
  actor text,
  unique (blueprint, source, location, version)
);
create unique index file_content on file (blueprint, source, content_key) where content_key is not null;
create index file_due on file (next_attempt_at)
  where state in ('discovered', 'validating', 'converting', 'publishing', 'loading', 'failed');
create index file_list on file (discovered_at desc, id);
create index file_over on file (blueprint, source, since)
  where state in ('published', 'duplicate', 'forgotten', 'dead_lettered');
create index file_alert on file (since) where alert = 'firing' or state = 'dead_lettered';

-- Each attempt at a file. One without an end is under way, or its process died.
create table file_attempt (
  file text not null references file on delete cascade,
  attempt bigint not null,
  worker text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('published', 'failed', 'dead_lettered', 'duplicate', 'handed_back', 'lost')),
  category text,
  code text,
  reason text,
  -- Where it began: 0, or the row group at which it went on.
  from_row_group integer not null default 0,
  rows_read bigint not null default 0,
  bytes_written bigint not null default 0,
  fetch_ms bigint,
  validate_ms bigint,
  convert_ms bigint,
  publish_ms bigint,
  primary key (file, attempt)
);

-- What stands between Leat and a source, or where its output goes: since when nothing is tried, and whether
-- the alert of it fires.
create table file_breaker (
  blueprint text not null,
  source text not null,
  side text not null check (side in ('source', 'sink')),
  open_since timestamptz,
  reason text,
  episode bigint not null default 0,
  alert text not null default 'none' check (alert in ('none', 'firing', 'resolved')),
  primary key (blueprint, source, side)
);

-- A file that is being sent to Leat; its bytes are in the data folder of the process that takes them.
create table file_upload (
  id text primary key,
  blueprint text not null,
  source text not null,
  name text not null,
  length bigint not null check (length >= 0),
  client text not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index file_upload_open on file_upload (created_at) where finished_at is null;
