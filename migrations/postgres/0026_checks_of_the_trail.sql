-- The last check of the audit trail, or the one under way: who asked for it, how far it is, what it found.
create table audit_checks (
    name text not null primary key check (name = 'trail'),
    asked_at bigint not null,
    staff_id uuid,
    reached bigint not null,
    until bigint not null,
    lease_until bigint not null,
    ended_at bigint,
    outcome text
);
