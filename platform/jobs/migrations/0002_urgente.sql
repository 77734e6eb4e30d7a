-- Somebody is looking at the page that waits for it: it goes before the work of the night.
alter table lavori.lavoro add column urgente boolean not null default false;
create index lavoro_urgente on lavori.lavoro (quando) where urgente and stato in ('da_fare', 'in_corso');
