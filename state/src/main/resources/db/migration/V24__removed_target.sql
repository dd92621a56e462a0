-- Since when its blueprint declares the target no more; null: it is declared. Nothing waits for it then.
alter table target_state add column removed_at timestamptz;
