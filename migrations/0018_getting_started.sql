-- Whether the list of first steps is shown: until it is put away, or everything on it is done. Where a contact has
-- chosen a password already, it is done.
create table getting_started (
    id {number} not null primary key check (id = 1),
    version {number} not null,
    closed_at {time},
    staff_id {id} references staff (id)
) {strict};
insert into getting_started (id, version, closed_at) select 1, 1, min(password_set_at) from contacts;

-- When a run begins, if not at once.
alter table runs add column starts_at {time};
