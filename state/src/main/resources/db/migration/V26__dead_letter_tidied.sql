-- What a dead letter is a copy of may be left too, when a process died before it was removed.
update file set tidied = true where state = 'dead_lettered';
drop index file_untidy;
create index file_untidy on file (since, id)
  where not tidied and state in ('published', 'duplicate', 'dead_lettered', 'forgotten');
