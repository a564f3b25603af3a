-- The supplier's logo: one, or none when it was taken off.
create table logos (
    id bigint not null primary key check (id = 1),
    png bytea,
    width bigint,
    height bigint,
    version bigint not null,
    changed_at bigint not null,
    staff_id uuid references staff (id)
);
