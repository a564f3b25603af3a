-- Notices also tell of passwords, addresses and usernames, and who changed them.
alter table sign_in_changes drop constraint sign_in_changes_change_check;
alter table sign_in_changes add constraint sign_in_changes_change_check
    check (change in ('passkey-added', 'passkey-removed', 'app-added', 'app-removed', 'factors-reset', 'recovery-code-used', 'password-changed', 'address-changed', 'username-changed'));
alter table sign_in_changes add column changed_by text not null default '' check (changed_by in ('', 'staff', 'operator'));
alter table sign_in_changes add column by_staff_id uuid references staff (id);
