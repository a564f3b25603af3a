-- The order of a contact's resets, and of their temporary passwords, is the one in which the database took
-- them: clocks of nodes differ, and are set back.
alter table resets add column number {number} not null default 0;
-- The number of the reset before which all that was mailed is void once this one's mail is taken; nothing
-- for one that anybody can ask for.
alter table resets add column voids_before {number};
alter table temporary_passwords add column number {number} not null default 0;

update resets set number = n.number from (
    select id, row_number() over (partition by contact_id order by requested_at, id) as number from resets) n where n.id = resets.id;
update resets set voids_before = number where started_by <> 'contact';
update temporary_passwords set number = n.number from (
    select id, row_number() over (partition by contact_id order by minted_at, id) as number from temporary_passwords) n
    where n.id = temporary_passwords.id;

drop index resets_by_contact;
create unique index resets_by_contact on resets (contact_id, number);
drop index temporary_passwords_by_contact;
create unique index temporary_passwords_by_contact on temporary_passwords (contact_id, number);
