-- The newest event of each entity in each stream that a table is made of: its columns, and where it is
-- in the log. A key's partition never changes, so epoch and offset order its events.
create table hot_row (
  blueprint text not null,
  table_name text not null,
  -- In the order of its bytes, so that pages and prefixes are ranges of the primary key.
  key text collate "C" not null check (key <> ''),
  stream text not null,
  log_epoch integer not null check (log_epoch >= 0),
  log_partition integer not null check (log_partition >= 0),
  log_offset bigint not null check (log_offset >= 0),
  received_at timestamptz not null,
  event_time timestamptz not null,
  -- Null: the entity's time ran out. The position stays for as long as the log may tell of it again.
  columns jsonb,
  expires_at timestamptz not null,
  -- When the sweeper looks at it, to the hour: most updates do not change it, and so no index.
  sweep_at timestamptz not null,
  primary key (blueprint, table_name, key, stream)
) with (fillfactor = 80);
create index hot_row_sweep on hot_row (sweep_at);

-- Which alerts fire about an entity.
create index alert_firing_of_key on alert (blueprint, key collate "C") where state = 'firing';
