-- Bodies that came from the public index (IPA): when a later edition has them no more, they are over.
alter table enti.ente add column da_ipa boolean not null default false;
