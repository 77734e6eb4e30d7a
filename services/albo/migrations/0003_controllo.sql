-- What the check before publication could not read in a file, and why; empty when it read everything.
alter table albo.file add column non_controllato text not null default '';
