-- A second factor for staff: an authenticator app, with recovery codes for when the device is lost.

-- Whether a session has still to prove the second factor: then it can do nothing else.
alter table sessions add column stage text not null default 'full' check (stage in ('full', 'second-factor'));
-- A role may demand one: so many days after then, or after someone was given the role.
alter table roles add column second_factor_days bigint;
alter table roles add column second_factor_since bigint;
-- What a mailed link and code are for.
alter table staff_resets add column purpose text not null default 'password' check (purpose in ('password', 'second-factor'));

-- The secret is sealed with a key that is not in the database. Each step of 30 seconds counts once.
create table authenticators (
    staff_id uuid not null primary key references staff (id),
    secret bytea not null,
    nonce bytea not null,
    last_step bigint not null,
    confirmed_at bigint,
    created_at bigint not null
);

create table recovery_codes (
    staff_id uuid not null references staff (id),
    digest bytea not null,
    used_at bigint,
    primary key (staff_id, digest)
);
