-- The gateways, each with a data directory of its own. Killed while running: its last seconds' counts are missing.
create table gateway_instance (
  id text primary key,
  running boolean not null,
  unclean_stops integer not null default 0 check (unclean_stops >= 0),
  seen_at timestamptz not null
);

-- How many records of a stream's log epoch each gateway answered with success, and with an unknown outcome.
create table answered (
  instance text not null references gateway_instance (id),
  blueprint text not null,
  stream text not null,
  epoch integer not null,
  acknowledged bigint not null check (acknowledged >= 0),
  unknown bigint not null check (unknown >= 0),
  counted_since timestamptz not null,
  primary key (instance, blueprint, stream, epoch)
);
