-- How far the alerts of a blueprint were taken in. Moves in the transaction that takes them, from the
-- value that its owner knows: who finds another one has lost the partition.
create table alert_offset (
  blueprint text not null,
  partition integer not null,
  epoch integer not null check (epoch >= 1),
  next_offset bigint not null check (next_offset >= 0),
  primary key (blueprint, partition)
);

-- Records of the alerts topic that could not be understood, as they were (at most their beginning).
create table alert_poison (
  blueprint text not null,
  partition integer not null,
  epoch integer not null,
  log_offset bigint not null,
  type text,
  record bytea,
  length integer not null,
  reason text not null,
  recorded_at timestamptz not null,
  primary key (blueprint, partition, epoch, log_offset)
);

-- What the alerts of a group became. At most one incident of a group is open or acknowledged.
create table incident (
  id text primary key check (id <> ''),
  blueprint text not null,
  group_key text not null,
  state text not null check (state in ('open', 'acknowledged', 'resolved', 'closed')),
  severity text not null check (severity in ('critical', 'major', 'minor', 'warning', 'info')),
  summary text not null,
  runbook text,
  -- How many alerts fire now, critical ones first and info last; how many of them are silenced; how
  -- many were ever in it.
  firing integer[] not null check (array_length(firing, 1) = 5),
  silenced integer not null check (silenced >= 0),
  total integer not null check (total >= 0),
  -- Grows with each change; names a row of incident_event.
  version bigint not null check (version >= 1),
  opened_at timestamptz not null,
  -- When its present state began, and by whom.
  since timestamptz not null,
  actor text not null,
  changed_at timestamptz not null,
  -- Since when it has been opening and resolving too often, and when it did so last, the newest last.
  flapping_since timestamptz,
  turns timestamptz[] not null,
  -- How many escalations have happened since it opened last.
  escalated integer not null check (escalated >= 0),
  -- When something happens to it by the passing of time alone.
  due_at timestamptz
);
create unique index incident_of_group on incident (blueprint, group_key)
  where state in ('open', 'acknowledged');
create index incident_newest_of_group on incident (blueprint, group_key, opened_at desc);
create index incident_due on incident (blueprint, due_at) where due_at is not null;
create index incident_closed on incident (blueprint, since) where state = 'closed';
create index incident_list on incident (opened_at desc, id);

-- The history: a row for each change, with what the incident was then.
create table incident_event (
  incident text not null references incident (id) on delete cascade,
  version bigint not null,
  change text not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  actor text not null,
  detail text not null,
  -- Whether targets are told. What happens in a silence is not.
  told boolean not null,
  state text not null,
  severity text not null,
  summary text not null,
  firing integer not null,
  total integer not null,
  primary key (incident, version)
);

-- Episodes, as detectors told them.
create table alert (
  blueprint text not null,
  id text not null check (id <> ''),
  incident text not null references incident (id),
  detector text not null,
  key text not null,
  stream text not null,
  state text not null check (state in ('firing', 'resolved')),
  severity text not null check (severity in ('critical', 'major', 'minor', 'warning', 'info')),
  summary text not null,
  generation bigint not null,
  started_at timestamptz not null,
  -- When it was taken in, and when its state changed last, by Leat's clock.
  recorded_at timestamptz not null,
  changed_at timestamptz not null,
  -- All that was said when it fired, and when it was over; null: it was never said to be over.
  fired jsonb not null,
  resolved jsonb,
  -- Over because no task of its detector had it after a restore.
  absent boolean not null default false,
  -- Which silence it is under.
  silence bigint,
  primary key (blueprint, id)
);
create index alert_of_incident on alert (incident, changed_at desc);
create index alert_firing on alert (incident) where state = 'firing';
create index alert_of_detector on alert (blueprint, detector, recorded_at);
create index alert_firing_of_detector on alert (blueprint, detector) where state = 'firing';

-- What each task of a detector had firing when it was restored last.
create table firing_set (
  blueprint text not null,
  detector text not null,
  tasks integer not null,
  task integer not null,
  part integer not null,
  parts integer not null,
  generation bigint not null,
  alerts text[] not null,
  primary key (blueprint, detector, tasks, task, part)
);

-- Whom not to tell of what, from when to when. A maintenance window begins later than it is made.
create table silence (
  id bigint generated always as identity primary key,
  blueprint text not null,
  matchers jsonb not null,
  author text not null check (author <> ''),
  reason text not null check (reason <> ''),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  created_at timestamptz not null,
  cancelled_at timestamptz,
  cancelled_by text,
  -- Whether the alerts that fire have been looked through since it began, or ended.
  phase text not null check (phase in ('pending', 'active', 'ended')),
  check (starts_at < ends_at),
  check ((cancelled_at is null) = (cancelled_by is null))
);
create index silence_ended on silence (blueprint, ends_at) where phase = 'ended';
create index silence_live on silence (blueprint) where phase <> 'ended';

-- What a target is to know of an incident, and knows: versions of it. Not a queue.
create table delivery (
  id bigint generated always as identity primary key,
  incident text not null references incident (id) on delete cascade,
  blueprint text not null,
  target text not null,
  state text not null check (state in ('waiting', 'done', 'dead')),
  desired_version bigint not null,
  sent_version bigint not null,
  -- Versions that were given up, to be tried once more; of targets that want every change.
  again bigint[] not null default '{}',
  -- It was to show anything at all; and what it is to show is neither resolved nor closed.
  told boolean not null,
  desired_open boolean not null,
  -- The oldest change that it does not know.
  waiting_since timestamptz,
  next_attempt_at timestamptz not null,
  -- Since it worked last.
  attempts integer not null default 0,
  -- An attempt may have come through although nobody knows.
  unsettled boolean not null default false,
  lease_owner text,
  lease_until timestamptz,
  error text,
  external_id text,
  external_url text,
  delivered_at timestamptz,
  -- What the target remembers of the incident.
  memory jsonb not null default '{}',
  unique (incident, target),
  check ((lease_owner is null) = (lease_until is null)),
  check (state <> 'waiting' or waiting_since is not null)
);
create index delivery_due on delivery (blueprint, target, next_attempt_at) where state = 'waiting';
create index delivery_dead on delivery (blueprint, target) where state = 'dead';

-- What was given up, with its cause.
create table dead_letter (
  id bigint generated always as identity primary key,
  delivery bigint not null references delivery (id) on delete cascade,
  version bigint not null,
  cause text not null,
  attempts integer not null,
  died_at timestamptz not null,
  redriven_at timestamptz,
  redriven_by text,
  check ((redriven_at is null) = (redriven_by is null))
);
create index dead_letter_of on dead_letter (delivery);
create index dead_letter_open on dead_letter (died_at desc) where redriven_at is null;

-- Of a target as a whole. Times are the server's, so that all processes agree.
create table target_state (
  blueprint text not null,
  target text not null,
  -- From when on the next request may be sent: the theoretical arrival time of GCRA.
  next_request_at timestamptz,
  -- As the target itself asked.
  not_before timestamptz,
  paused_at timestamptz,
  paused_by text,
  paused_reason text,
  polled_at timestamptz,
  memory jsonb not null default '{}',
  primary key (blueprint, target),
  check ((paused_at is null) = (paused_by is null))
);
