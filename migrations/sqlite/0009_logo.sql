-- The supplier's logo: one, or none when it was taken off.
create table logos (
    id integer not null primary key check (id = 1),
    png blob,
    width integer,
    height integer,
    version integer not null,
    changed_at integer not null,
    staff_id blob references staff (id)
) strict;
