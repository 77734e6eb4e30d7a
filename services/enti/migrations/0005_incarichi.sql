-- An appointment may be written before its day, and written again before it begins: the one that never began ends the day
-- before its first.
alter table enti.incarico drop constraint incarico_periodo;
alter table enti.incarico add constraint incarico_periodo check (al is null or al >= dal - 1);
