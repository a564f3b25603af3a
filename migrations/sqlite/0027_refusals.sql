-- What was refused in an hour, counted by kind, door and whom, until it becomes entries of the audit trail.
create table refusals (
    hour integer not null,
    kind text not null,
    door text not null,
    whom text not null,
    count integer not null,
    primary key (hour, kind, door, whom)
) strict;
