-- What is written to see whether anything can be written: a disk may be full, or read-only since a fault.
create table writable (
    id integer not null primary key check (id = 1),
    tried integer not null
) strict;
insert into writable (id, tried) values (1, 0);
