-- Whether the list of first steps is shown: until it is put away, or everything on it is done. Where a contact has
-- chosen a password already, it is done.
create table getting_started (
    id bigint not null primary key check (id = 1),
    version bigint not null,
    closed_at bigint,
    staff_id uuid references staff (id)
);
insert into getting_started (id, version, closed_at) select 1, 1, min(password_set_at) from contacts;

-- When a run begins, if not at once.
alter table runs add column starts_at bigint;
