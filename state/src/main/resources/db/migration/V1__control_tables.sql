-- Who may talk to Leat. Text arrays, so that a person can read and mend a row with psql.
create table client (
  id text primary key,
  name text not null,
  secret_hash text,
  roles text[] not null,
  streams text[] not null,
  entity_keys text[] not null,
  rate_per_second double precision,
  rate_burst bigint,
  certificate_fingerprint text,
  certificate_subject text,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  check ((rate_per_second is null) = (rate_burst is null)),
  check (rate_per_second is null or (rate_per_second > 0 and rate_burst >= 1)),
  check (num_nonnulls(secret_hash, certificate_fingerprint, certificate_subject) >= 1)
);
create unique index client_live_name on client (name) where revoked_at is null;
create unique index client_live_fingerprint on client (certificate_fingerprint) where revoked_at is null;
create unique index client_live_subject on client (certificate_subject) where revoked_at is null;

-- One row that moves with every change of client, whoever makes it: cheap to poll.
create table client_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into client_version (version) values (1);

create function client_changed() returns trigger language plpgsql as $$
begin
  update client_version set version = version + 1;
  return null;
end $$;
create trigger client_changed after insert or update or delete or truncate on client
  for each statement execute function client_changed();

-- The schemas that a stream has had. Rows in the lake name the number.
create table schema_version (
  blueprint text not null,
  stream text not null,
  version integer not null check (version >= 1),
  fingerprint text not null,
  document text not null,
  created_at timestamptz not null,
  primary key (blueprint, stream, version),
  unique (blueprint, stream, fingerprint)
);

-- The lives of a topic: offsets of a recreated or restored topic start over, its epoch does not.
create table log_epoch (
  topic text not null,
  epoch integer not null check (epoch >= 1),
  topic_id text not null,
  created_at timestamptz not null,
  primary key (topic, epoch),
  unique (topic, topic_id)
);
