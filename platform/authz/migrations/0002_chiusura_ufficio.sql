-- An office closed on the day it was opened ends the day before, like a role: it is in force on no day.
alter table accesso.ufficio drop constraint ufficio_periodo;
alter table accesso.ufficio add constraint ufficio_periodo check (al is null or al >= dal - 1);
