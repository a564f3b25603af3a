-- Customers, staff, their access, and what is on its way to them.
-- Moments are milliseconds since the Unix epoch, UTC. A column ending in _key
-- holds the form under which its neighbour is compared, ordered and unique.

create table territories (
    id blob not null primary key,
    name text not null,
    name_key text not null unique
) strict;

create table retailers (
    id blob not null primary key,
    account_number text not null,
    account_number_key text not null unique,
    name text not null,
    name_key text not null,
    address text not null default '',
    territory_id blob not null references territories (id),
    active integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index retailers_by_name on retailers (name_key, id);
create index retailers_by_territory on retailers (territory_id, name_key, id);

create table contacts (
    id blob not null primary key,
    retailer_id blob not null references retailers (id),
    name text not null,
    name_key text not null,
    position text not null default '',
    phone text not null default '',
    language text not null,
    email text,
    email_key text,
    email_changed_at integer,
    username text,
    username_key text unique,
    website_access integer not null,
    active integer not null,
    password_hash text,
    password_set_at integer,
    -- Set while a reset has stopped the password: it is known, and good for nothing.
    password_stopped_at integer,
    last_sign_in_at integer,
    bounced_at integer,
    created_at integer not null,
    updated_at integer not null
) strict;
create index contacts_by_retailer on contacts (retailer_id, name_key, id);
create index contacts_by_email on contacts (email_key);

create table roles (
    id blob not null primary key,
    name text not null,
    name_key text not null unique,
    built_in integer not null,
    permissions text not null
) strict;

create table staff (
    id blob not null primary key,
    email text not null,
    email_key text not null unique,
    name text not null,
    kind text not null check (kind in ('admin', 'rep', 'dual')),
    role_id blob not null references roles (id),
    active integer not null,
    password_hash text,
    password_set_at integer,
    last_sign_in_at integer,
    created_at integer not null
) strict;

create table staff_territories (
    staff_id blob not null references staff (id),
    territory_id blob not null references territories (id),
    primary key (staff_id, territory_id)
) strict;

-- Everything that is mailed. What a mail says is put together when it is sent;
-- no row here ever holds a password, a link or a code.
create table mails (
    id blob not null primary key,
    kind text not null check (kind in ('reset', 'invitation', 'password-changed', 'email-changed', 'email-confirmation', 'usernames', 'staff-reset')),
    to_address text not null,
    language text not null,
    contact_id blob references contacts (id),
    staff_id blob references staff (id),
    created_at integer not null,
    state text not null check (state in ('waiting', 'put-off', 'accepted', 'bounced', 'given-up', 'cancelled')),
    attempts integer not null default 0,
    next_try_at integer,
    finished_at integer,
    answer text,
    encrypted integer
) strict;
create index mails_unfinished on mails (created_at) where finished_at is null;
create index mails_by_contact on mails (contact_id, created_at);

create table resets (
    id blob not null primary key,
    contact_id blob not null references contacts (id),
    mail_id blob not null unique references mails (id),
    started_by text not null check (started_by in ('contact', 'staff', 'operator')),
    staff_id blob references staff (id),
    door text not null,
    stop_current integer not null,
    requested_at integer not null,
    used_at integer,
    cancelled_at integer,
    superseded_at integer
) strict;
create index resets_by_contact on resets (contact_id, requested_at);

-- Minted in memory, mailed, and kept as a salted hash. A row without
-- accepted_at is in doubt: the mail server may or may not have taken the mail.
create table temporary_passwords (
    id blob not null primary key,
    reset_id blob not null references resets (id),
    contact_id blob not null references contacts (id),
    hash text not null,
    cancel_digest blob not null unique,
    minted_at integer not null,
    expires_at integer not null,
    accepted_at integer,
    voided_at integer,
    used_at integer
) strict;
create index temporary_passwords_by_contact on temporary_passwords (contact_id, minted_at);
create index temporary_passwords_by_reset on temporary_passwords (reset_id);

create table email_changes (
    id blob not null primary key,
    contact_id blob not null references contacts (id),
    mail_id blob not null unique references mails (id),
    new_email text not null,
    token_digest blob unique,
    requested_at integer not null,
    expires_at integer not null,
    finished_at integer
) strict;
create index email_changes_by_contact on email_changes (contact_id, requested_at);

create table staff_resets (
    id blob not null primary key,
    staff_id blob not null references staff (id),
    mail_id blob not null unique references mails (id),
    first_password integer not null,
    requested_at integer not null,
    token_digest blob unique,
    code_digest blob,
    expires_at integer,
    tries_left integer not null,
    finished_at integer
) strict;
create index staff_resets_by_staff on staff_resets (staff_id, requested_at);

create table sessions (
    id blob not null primary key,
    token_digest blob not null unique,
    contact_id blob references contacts (id),
    staff_id blob references staff (id),
    temporary_password_id blob references temporary_passwords (id),
    created_at integer not null,
    last_seen_at integer not null,
    expires_at integer not null,
    ended_at integer,
    address text not null,
    device text not null,
    check ((contact_id is null) <> (staff_id is null))
) strict;
create index sessions_by_contact on sessions (contact_id, last_seen_at);
create index sessions_by_staff on sessions (staff_id, last_seen_at);
create index sessions_by_expiry on sessions (expires_at);

create table jobs (
    id blob not null primary key,
    kind text not null,
    payload text not null,
    created_at integer not null,
    run_at integer not null,
    attempts integer not null default 0,
    lease_id blob,
    leased_until integer
) strict;
create index jobs_by_time on jobs (run_at);

create table throttles (
    subject text not null primary key,
    attempts integer not null,
    window_ends_at integer not null
) strict;
create index throttles_by_end on throttles (window_ends_at);

-- Append-only; each entry's hash covers the one before it.
create table audit (
    number integer not null primary key,
    at integer not null,
    act text not null,
    actor text not null check (actor in ('nobody', 'contact', 'staff', 'operator', 'system')),
    actor_id blob,
    door text not null,
    address text not null,
    retailer_id blob,
    contact_id blob,
    staff_id blob,
    details text not null,
    previous_hash blob not null,
    hash blob not null
) strict;
create index audit_by_contact on audit (contact_id, number);
create index audit_by_time on audit (at);

create trigger audit_keeps_entries before delete on audit begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_keeps_words before update on audit begin select raise(abort, 'the audit trail is append-only'); end;
