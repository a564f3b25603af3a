-- What was refused in an hour, counted by kind, door and whom, until it becomes entries of the audit trail.
create table refusals (
    hour {number} not null,
    kind text not null,
    door text not null,
    whom text not null,
    count {number} not null,
    primary key (hour, kind, door, whom)
) {strict};
