-- The last check of the audit trail, or the one under way: who asked for it, how far it is, what it found.
create table audit_checks (
    name text not null primary key check (name = 'trail'),
    asked_at integer not null,
    staff_id blob,
    reached integer not null,
    until integer not null,
    lease_until integer not null,
    ended_at integer,
    outcome text
) strict;
