-- The supplier's logo: one, or none when it was taken off.
create table logos (
    id {number} not null primary key check (id = 1),
    png {bytes},
    width {number},
    height {number},
    version {number} not null,
    changed_at {time} not null,
    staff_id {id} references staff (id)
) {strict};
