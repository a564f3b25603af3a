-- Notices tell of new recovery codes, too. What they may tell of is for the program to say.
--: sqlite
create table sign_in_changes_new (
    mail_id blob not null primary key references mails (id) on delete cascade,
    change text not null,
    changed_by text not null default '' check (changed_by in ('', 'staff', 'operator')),
    by_staff_id blob references staff (id)
) strict;
insert into sign_in_changes_new (mail_id, change, changed_by, by_staff_id)
    select mail_id, change, changed_by, by_staff_id from sign_in_changes;
drop table sign_in_changes;
alter table sign_in_changes_new rename to sign_in_changes;
--: postgres
alter table sign_in_changes drop constraint sign_in_changes_change_check;
--: both
