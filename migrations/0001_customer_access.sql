-- Customers, staff, their access, and what is on its way to them.
-- Moments are milliseconds since the Unix epoch, UTC. A column ending in _key
-- holds the form under which its neighbour is compared, ordered and unique.

create table territories (
    id {id} not null primary key,
    name text not null,
    name_key {key} not null unique
) {strict};

create table retailers (
    id {id} not null primary key,
    account_number text not null,
    account_number_key {key} not null unique,
    name text not null,
    name_key {key} not null,
    address text not null default '',
    territory_id {id} not null references territories (id),
    active {flag} not null,
    created_at {time} not null,
    updated_at {time} not null
) {strict};
create index retailers_by_name on retailers (name_key, id);
create index retailers_by_territory on retailers (territory_id, name_key, id);

create table contacts (
    id {id} not null primary key,
    retailer_id {id} not null references retailers (id),
    name text not null,
    name_key {key} not null,
    position text not null default '',
    phone text not null default '',
    language text not null,
    email text,
    email_key {key},
    email_changed_at {time},
    username text,
    username_key {key} unique,
    website_access {flag} not null,
    active {flag} not null,
    password_hash text,
    password_set_at {time},
    -- Set while a reset has stopped the password: it is known, and good for nothing.
    password_stopped_at {time},
    last_sign_in_at {time},
    bounced_at {time},
    created_at {time} not null,
    updated_at {time} not null
) {strict};
create index contacts_by_retailer on contacts (retailer_id, name_key, id);
create index contacts_by_email on contacts (email_key);

create table roles (
    id {id} not null primary key,
    name text not null,
    name_key {key} not null unique,
    built_in {flag} not null,
    permissions text not null
) {strict};

create table staff (
    id {id} not null primary key,
    email text not null,
    email_key {key} not null unique,
    name text not null,
    kind text not null check (kind in ('admin', 'rep', 'dual')),
    role_id {id} not null references roles (id),
    active {flag} not null,
    password_hash text,
    password_set_at {time},
    last_sign_in_at {time},
    created_at {time} not null
) {strict};

create table staff_territories (
    staff_id {id} not null references staff (id),
    territory_id {id} not null references territories (id),
    primary key (staff_id, territory_id)
) {strict};

-- Everything that is mailed. What a mail says is put together when it is sent;
-- no row here ever holds a password, a link or a code.
create table mails (
    id {id} not null primary key,
    kind text not null check (kind in ('reset', 'invitation', 'password-changed', 'email-changed', 'email-confirmation', 'usernames', 'staff-reset')),
    to_address text not null,
    language text not null,
    contact_id {id} references contacts (id),
    staff_id {id} references staff (id),
    created_at {time} not null,
    state text not null check (state in ('waiting', 'put-off', 'accepted', 'bounced', 'given-up', 'cancelled')),
    attempts {number} not null default 0,
    next_try_at {time},
    finished_at {time},
    answer text,
    encrypted {flag}
) {strict};
create index mails_unfinished on mails (created_at) where finished_at is null;
create index mails_by_contact on mails (contact_id, created_at);

create table resets (
    id {id} not null primary key,
    contact_id {id} not null references contacts (id),
    mail_id {id} not null unique references mails (id),
    started_by text not null check (started_by in ('contact', 'staff', 'operator')),
    staff_id {id} references staff (id),
    door text not null,
    stop_current {flag} not null,
    requested_at {time} not null,
    used_at {time},
    cancelled_at {time},
    superseded_at {time}
) {strict};
create index resets_by_contact on resets (contact_id, requested_at);

-- Minted in memory, mailed, and kept as a salted hash. A row without
-- accepted_at is in doubt: the mail server may or may not have taken the mail.
create table temporary_passwords (
    id {id} not null primary key,
    reset_id {id} not null references resets (id),
    contact_id {id} not null references contacts (id),
    hash text not null,
    cancel_digest {bytes} not null unique,
    minted_at {time} not null,
    expires_at {time} not null,
    accepted_at {time},
    voided_at {time},
    used_at {time}
) {strict};
create index temporary_passwords_by_contact on temporary_passwords (contact_id, minted_at);
create index temporary_passwords_by_reset on temporary_passwords (reset_id);

create table email_changes (
    id {id} not null primary key,
    contact_id {id} not null references contacts (id),
    mail_id {id} not null unique references mails (id),
    new_email text not null,
    token_digest {bytes} unique,
    requested_at {time} not null,
    expires_at {time} not null,
    finished_at {time}
) {strict};
create index email_changes_by_contact on email_changes (contact_id, requested_at);

create table staff_resets (
    id {id} not null primary key,
    staff_id {id} not null references staff (id),
    mail_id {id} not null unique references mails (id),
    first_password {flag} not null,
    requested_at {time} not null,
    token_digest {bytes} unique,
    code_digest {bytes},
    expires_at {time},
    tries_left {number} not null,
    finished_at {time}
) {strict};
create index staff_resets_by_staff on staff_resets (staff_id, requested_at);

create table sessions (
    id {id} not null primary key,
    token_digest {bytes} not null unique,
    contact_id {id} references contacts (id),
    staff_id {id} references staff (id),
    temporary_password_id {id} references temporary_passwords (id),
    created_at {time} not null,
    last_seen_at {time} not null,
    expires_at {time} not null,
    ended_at {time},
    address text not null,
    device text not null,
    check ((contact_id is null) <> (staff_id is null))
) {strict};
create index sessions_by_contact on sessions (contact_id, last_seen_at);
create index sessions_by_staff on sessions (staff_id, last_seen_at);
create index sessions_by_expiry on sessions (expires_at);

create table jobs (
    id {id} not null primary key,
    kind text not null,
    payload text not null,
    created_at {time} not null,
    run_at {time} not null,
    attempts {number} not null default 0,
    lease_id {id},
    leased_until {time}
) {strict};
create index jobs_by_time on jobs (run_at);

create table throttles (
    subject {key} not null primary key,
    attempts {number} not null,
    window_ends_at {time} not null
) {strict};
create index throttles_by_end on throttles (window_ends_at);

-- Append-only; each entry's hash covers the one before it.
create table audit (
    number {number} not null primary key,
    at {time} not null,
    act text not null,
    actor text not null check (actor in ('nobody', 'contact', 'staff', 'operator', 'system')),
    actor_id {id},
    door text not null,
    address text not null,
    retailer_id {id},
    contact_id {id},
    staff_id {id},
    details text not null,
    previous_hash {bytes} not null,
    hash {bytes} not null
) {strict};
create index audit_by_contact on audit (contact_id, number);
create index audit_by_time on audit (at);

--: sqlite
create trigger audit_keeps_entries before delete on audit begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_keeps_words before update on audit begin select raise(abort, 'the audit trail is append-only'); end;
--: postgres
create function audit_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'the audit trail is append-only'; end $$;
create trigger audit_keeps_entries before update or delete on audit for each row execute function audit_is_append_only();
create trigger audit_keeps_all before truncate on audit for each statement execute function audit_is_append_only();
--: both
