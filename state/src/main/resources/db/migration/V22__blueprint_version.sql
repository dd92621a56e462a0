-- What a blueprint was when it was applied: alerts name its version, and whoever explains one reads the rule
-- as it was then.
create table blueprint_version (
  blueprint text not null,
  -- A hash of all its files.
  version text not null check (version <> ''),
  -- blueprint.yaml and the schemas that it names, by their paths in its folder.
  files jsonb not null,
  -- When it came into effect, each time that it did; the newest.
  applied_at timestamptz not null,
  primary key (blueprint, version)
);
