-- What is written to see whether anything can be written: a disk may be full, or read-only since a fault.
create table writable (
    id {number} not null primary key check (id = 1),
    tried {number} not null
) {strict};
insert into writable (id, tried) values (1, 0);
