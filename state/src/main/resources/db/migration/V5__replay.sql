-- Periods of a stream that were judged once more from raw. The open one is what is to be done.
create table replay (
  id bigint generated always as identity primary key,
  blueprint text not null,
  stream text not null,
  received_from timestamptz not null,
  received_to timestamptz not null,
  -- The shadow table, and whether somebody gave it its name.
  target text not null,
  named boolean not null,
  state text not null check (
    state in ('building', 'built', 'switching', 'switched', 'dropping', 'dropped', 'failed')),
  -- What is behind these offsets of the present log epoch is not part of it; null until it begins.
  log_epoch integer,
  offsets_before text,
  -- What the records were judged by.
  rules text,
  comparison text,
  failure text,
  requested_by text not null,
  requested_at timestamptz not null,
  changed_at timestamptz not null,
  check (received_from < received_to),
  check ((log_epoch is null) = (offsets_before is null))
);
-- Whoever asks: one is under way.
create unique index replay_one on replay ((true)) where state in ('building', 'switching', 'dropping');
create unique index replay_target on replay (blueprint, target)
  where state in ('building', 'built', 'switching', 'dropping');
