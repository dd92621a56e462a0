-- Since when nothing is left of a file that is over but what is meant to stay; null while it is worked on.
alter table file add column tidied_at timestamptz;
-- What was over before is left as it is, but for uploads: nobody else has them.
update file set tidied_at = since
  where state in ('published', 'duplicate', 'forgotten', 'dead_lettered') and not starts_with(location, 'upload:');
create index file_untidied on file (blueprint, source, since, id)
  where tidied_at is null and state in ('published', 'duplicate', 'forgotten', 'dead_lettered');
