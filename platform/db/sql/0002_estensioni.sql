-- Words without accents for search; the extension is trusted, so that the owner of the database may create it anywhere.
create extension if not exists unaccent with schema public;
