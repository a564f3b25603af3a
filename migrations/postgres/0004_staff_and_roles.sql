-- Staff and roles can be changed by hand; grave acts ask once more who is there.

-- Goes up with every edit, so that of two people editing one record the second is told.
alter table staff add column version bigint not null default 1;
alter table roles add column version bigint not null default 1;
-- Since when they have their role: what a role asks of people counts from then.
alter table staff add column role_since bigint not null default 0;
-- When whoever is signed in last proved that it is them.
alter table sessions add column proved_at bigint not null default 0;

-- Which kinds of mail there are is known to `mail::Kind` alone.
alter table mails drop constraint mails_kind_check;
