-- Whether nothing is left of a file that is over but its output. What was over before this is not touched: who
-- wanted it removed then has seen to it.
alter table file add column tidied boolean not null default false;
update file set tidied = true where state in ('published', 'duplicate', 'forgotten');
create index file_untidy on file (since, id)
  where not tidied and state in ('published', 'duplicate', 'forgotten');
create index file_same_as on file (same_as) where state = 'duplicate';
