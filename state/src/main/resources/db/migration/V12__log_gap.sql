-- What the log lost of its end although the tables have it, as after a power cut: its places are filled.
create table log_gap (
  topic text not null,
  partition integer not null,
  first_offset bigint not null,
  next_offset bigint not null check (next_offset > first_offset),
  found_at timestamptz not null,
  primary key (topic, partition, first_offset, found_at)
);
