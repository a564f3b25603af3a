-- Customers, staff, their access, and what is on its way to them.
-- Moments are milliseconds since the Unix epoch, UTC. A column ending in _key
-- holds the form under which its neighbour is compared, ordered and unique.

create table territories (
    id uuid not null primary key,
    name text not null,
    name_key text collate "C" not null unique
);

create table retailers (
    id uuid not null primary key,
    account_number text not null,
    account_number_key text collate "C" not null unique,
    name text not null,
    name_key text collate "C" not null,
    address text not null default '',
    territory_id uuid not null references territories (id),
    active boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index retailers_by_name on retailers (name_key, id);
create index retailers_by_territory on retailers (territory_id, name_key, id);

create table contacts (
    id uuid not null primary key,
    retailer_id uuid not null references retailers (id),
    name text not null,
    name_key text collate "C" not null,
    position text not null default '',
    phone text not null default '',
    language text not null,
    email text,
    email_key text collate "C",
    email_changed_at bigint,
    username text,
    username_key text collate "C" unique,
    website_access boolean not null,
    active boolean not null,
    password_hash text,
    password_set_at bigint,
    -- Set while a reset has stopped the password: it is known, and good for nothing.
    password_stopped_at bigint,
    last_sign_in_at bigint,
    bounced_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);
create index contacts_by_retailer on contacts (retailer_id, name_key, id);
create index contacts_by_email on contacts (email_key);

create table roles (
    id uuid not null primary key,
    name text not null,
    name_key text collate "C" not null unique,
    built_in boolean not null,
    permissions text not null
);

create table staff (
    id uuid not null primary key,
    email text not null,
    email_key text collate "C" not null unique,
    name text not null,
    kind text not null check (kind in ('admin', 'rep', 'dual')),
    role_id uuid not null references roles (id),
    active boolean not null,
    password_hash text,
    password_set_at bigint,
    last_sign_in_at bigint,
    created_at bigint not null
);

create table staff_territories (
    staff_id uuid not null references staff (id),
    territory_id uuid not null references territories (id),
    primary key (staff_id, territory_id)
);

-- Everything that is mailed. What a mail says is put together when it is sent;
-- no row here ever holds a password, a link or a code.
create table mails (
    id uuid not null primary key,
    kind text not null check (kind in ('reset', 'invitation', 'password-changed', 'email-changed', 'email-confirmation', 'usernames', 'staff-reset')),
    to_address text not null,
    language text not null,
    contact_id uuid references contacts (id),
    staff_id uuid references staff (id),
    created_at bigint not null,
    state text not null check (state in ('waiting', 'put-off', 'accepted', 'bounced', 'given-up', 'cancelled')),
    attempts bigint not null default 0,
    next_try_at bigint,
    finished_at bigint,
    answer text,
    encrypted boolean
);
create index mails_unfinished on mails (created_at) where finished_at is null;
create index mails_by_contact on mails (contact_id, created_at);

create table resets (
    id uuid not null primary key,
    contact_id uuid not null references contacts (id),
    mail_id uuid not null unique references mails (id),
    started_by text not null check (started_by in ('contact', 'staff', 'operator')),
    staff_id uuid references staff (id),
    door text not null,
    stop_current boolean not null,
    requested_at bigint not null,
    used_at bigint,
    cancelled_at bigint,
    superseded_at bigint
);
create index resets_by_contact on resets (contact_id, requested_at);

-- Minted in memory, mailed, and kept as a salted hash. A row without
-- accepted_at is in doubt: the mail server may or may not have taken the mail.
create table temporary_passwords (
    id uuid not null primary key,
    reset_id uuid not null references resets (id),
    contact_id uuid not null references contacts (id),
    hash text not null,
    cancel_digest bytea not null unique,
    minted_at bigint not null,
    expires_at bigint not null,
    accepted_at bigint,
    voided_at bigint,
    used_at bigint
);
create index temporary_passwords_by_contact on temporary_passwords (contact_id, minted_at);
create index temporary_passwords_by_reset on temporary_passwords (reset_id);

create table email_changes (
    id uuid not null primary key,
    contact_id uuid not null references contacts (id),
    mail_id uuid not null unique references mails (id),
    new_email text not null,
    token_digest bytea unique,
    requested_at bigint not null,
    expires_at bigint not null,
    finished_at bigint
);
create index email_changes_by_contact on email_changes (contact_id, requested_at);

create table staff_resets (
    id uuid not null primary key,
    staff_id uuid not null references staff (id),
    mail_id uuid not null unique references mails (id),
    first_password boolean not null,
    requested_at bigint not null,
    token_digest bytea unique,
    code_digest bytea,
    expires_at bigint,
    tries_left bigint not null,
    finished_at bigint
);
create index staff_resets_by_staff on staff_resets (staff_id, requested_at);

create table sessions (
    id uuid not null primary key,
    token_digest bytea not null unique,
    contact_id uuid references contacts (id),
    staff_id uuid references staff (id),
    temporary_password_id uuid references temporary_passwords (id),
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    address text not null,
    device text not null,
    check ((contact_id is null) <> (staff_id is null))
);
create index sessions_by_contact on sessions (contact_id, last_seen_at);
create index sessions_by_staff on sessions (staff_id, last_seen_at);
create index sessions_by_expiry on sessions (expires_at);

create table jobs (
    id uuid not null primary key,
    kind text not null,
    payload text not null,
    created_at bigint not null,
    run_at bigint not null,
    attempts bigint not null default 0,
    lease_id uuid,
    leased_until bigint
);
create index jobs_by_time on jobs (run_at);

create table throttles (
    subject text collate "C" not null primary key,
    attempts bigint not null,
    window_ends_at bigint not null
);
create index throttles_by_end on throttles (window_ends_at);

-- Append-only; each entry's hash covers the one before it.
create table audit (
    number bigint not null primary key,
    at bigint not null,
    act text not null,
    actor text not null check (actor in ('nobody', 'contact', 'staff', 'operator', 'system')),
    actor_id uuid,
    door text not null,
    address text not null,
    retailer_id uuid,
    contact_id uuid,
    staff_id uuid,
    details text not null,
    previous_hash bytea not null,
    hash bytea not null
);
create index audit_by_contact on audit (contact_id, number);
create index audit_by_time on audit (at);

create function audit_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'the audit trail is append-only'; end $$;
create trigger audit_keeps_entries before update or delete on audit for each row execute function audit_is_append_only();
create trigger audit_keeps_all before truncate on audit for each statement execute function audit_is_append_only();
