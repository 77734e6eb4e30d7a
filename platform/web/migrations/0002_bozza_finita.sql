-- Sent or thrown away: for a day the row stays, empty, so that a save that arrives late does not bring it back.
alter table moduli.bozza add column finita_il timestamptz;
