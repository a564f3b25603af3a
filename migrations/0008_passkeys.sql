-- Passkeys of staff and of contacts.

create table passkeys (
    id {id} not null primary key,
    staff_id {id} references staff (id),
    contact_id {id} references contacts (id),
    name text not null,
    -- What the device calls the key, in base64url, and its public half, as JSON.
    credential_id text not null unique,
    credential text not null,
    created_at {time} not null,
    last_used_at {time},
    check ((staff_id is null) <> (contact_id is null))
) {strict};

create index passkeys_by_staff on passkeys (staff_id);
create index passkeys_by_contact on passkeys (contact_id);

-- What is remembered between a challenge and its answer; the answer takes the row away.
create table passkey_ceremonies (
    token_digest {bytes} not null primary key,
    purpose text not null check (purpose in ('add', 'prove', 'sign-in')),
    -- Nobody is signed in yet where a passkey alone signs in.
    session_id {id},
    state text not null,
    expires_at {time} not null
) {strict};

create index passkey_ceremonies_by_expiry on passkey_ceremonies (expires_at);

-- What a mailed notice tells of.
create table sign_in_changes (
    mail_id {id} not null primary key references mails (id) on delete cascade,
    change text not null check (change in ('passkey-added', 'passkey-removed', 'app-added', 'app-removed', 'factors-reset', 'recovery-code-used'))
) {strict};
