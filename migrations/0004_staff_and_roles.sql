-- Staff and roles can be changed by hand; grave acts ask once more who is there.

-- Goes up with every edit, so that of two people editing one record the second is told.
alter table staff add column version {number} not null default 1;
alter table roles add column version {number} not null default 1;
-- Since when they have their role: what a role asks of people counts from then.
alter table staff add column role_since {time} not null default 0;
-- When whoever is signed in last proved that it is them.
alter table sessions add column proved_at {time} not null default 0;

--: sqlite
-- Which kinds of mail there are is known to `mail::Kind` alone. SQLite has no statement that drops a
-- check; this is the way its manual gives (ALTER TABLE, "making other kinds of table schema changes").
pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, ' check (kind in (''reset'', ''invitation'', ''password-changed'', ''email-changed'', ''email-confirmation'', ''usernames'', ''staff-reset''))', '') where type = 'table' and name = 'mails';
pragma writable_schema = reset;
--: postgres
-- Which kinds of mail there are is known to `mail::Kind` alone.
alter table mails drop constraint mails_kind_check;
--: both
