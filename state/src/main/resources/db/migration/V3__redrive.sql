-- Records of the quarantine and of what the gateway refused that were put through once more. A row
-- is an attempt; the rows that are planned are the queue of what is to be done.
create table redrive (
  origin text not null,
  attempt integer not null check (attempt >= 1),
  run text not null,
  ordinal integer not null,
  stream text not null,
  state text not null check (
    state in ('planned', 'sent', 'processed', 'duplicate', 'conflict', 'quarantined', 'refused')),
  -- Where the log has it if it was sent: in this partition, at or behind this offset.
  log_epoch integer,
  log_partition integer,
  search_from bigint,
  event_id text,
  client text,
  received_at timestamptz,
  -- Its position in the log, as the name that the record has if it is quarantined again.
  sent_as text unique,
  log_offset bigint,
  code text,
  detail text,
  requested_by text not null,
  reason text,
  requested_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (origin, attempt),
  check ((search_from is null) or (log_epoch is not null and log_partition is not null)),
  check (state <> 'sent' or (sent_as is not null and log_offset is not null))
);
-- Whoever asks, and however often: a record is under way once, and processed once.
create unique index redrive_once on redrive (origin)
  where state in ('planned', 'sent', 'processed', 'duplicate');
create index redrive_open on redrive (requested_at, ordinal) where state in ('planned', 'sent');
create index redrive_run on redrive (run, ordinal);
create index redrive_newest on redrive (requested_at desc, ordinal);
