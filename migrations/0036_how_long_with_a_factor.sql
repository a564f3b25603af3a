-- Since when someone of staff has had a second factor without a break; says nothing while they have none.
alter table staff add column factor_since {time};
update staff set factor_since = (
    select min(held.since) from (
        select created_at as since from passkeys where passkeys.staff_id = staff.id
        union all select confirmed_at from authenticators where authenticators.staff_id = staff.id
    ) held
--: sqlite
);
--: postgres
);
--: both
