-- The last check of the audit trail, or the one under way: who asked for it, how far it is, what it found.
create table audit_checks (
    name text not null primary key check (name = 'trail'),
    asked_at {time} not null,
    staff_id {id},
    reached {number} not null,
    until {number} not null,
    lease_until {time} not null,
    ended_at {time},
    outcome text
) {strict};
