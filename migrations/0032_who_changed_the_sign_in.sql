-- Notices also tell of passwords, addresses and usernames, and who changed them.
--: sqlite
create table sign_in_changes_new (
    mail_id blob not null primary key references mails (id) on delete cascade,
    change text not null check (change in ('passkey-added', 'passkey-removed', 'app-added', 'app-removed', 'factors-reset', 'recovery-code-used', 'password-changed', 'address-changed', 'username-changed')),
    changed_by text not null default '' check (changed_by in ('', 'staff', 'operator')),
    by_staff_id blob references staff (id)
) strict;
insert into sign_in_changes_new (mail_id, change) select mail_id, change from sign_in_changes;
drop table sign_in_changes;
alter table sign_in_changes_new rename to sign_in_changes;
--: postgres
alter table sign_in_changes drop constraint sign_in_changes_change_check;
alter table sign_in_changes add constraint sign_in_changes_change_check
    check (change in ('passkey-added', 'passkey-removed', 'app-added', 'app-removed', 'factors-reset', 'recovery-code-used', 'password-changed', 'address-changed', 'username-changed'));
alter table sign_in_changes add column changed_by text not null default '' check (changed_by in ('', 'staff', 'operator'));
alter table sign_in_changes add column by_staff_id uuid references staff (id);
--: both
