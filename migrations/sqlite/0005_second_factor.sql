-- A second factor for staff: an authenticator app, with recovery codes for when the device is lost.

-- Whether a session has still to prove the second factor: then it can do nothing else.
alter table sessions add column stage text not null default 'full' check (stage in ('full', 'second-factor'));
-- A role may demand one: so many days after then, or after someone was given the role.
alter table roles add column second_factor_days integer;
alter table roles add column second_factor_since integer;
-- What a mailed link and code are for.
alter table staff_resets add column purpose text not null default 'password' check (purpose in ('password', 'second-factor'));

-- The secret is sealed with a key that is not in the database. Each step of 30 seconds counts once.
create table authenticators (
    staff_id blob not null primary key references staff (id),
    secret blob not null,
    nonce blob not null,
    last_step integer not null,
    confirmed_at integer,
    created_at integer not null
) strict;

create table recovery_codes (
    staff_id blob not null references staff (id),
    digest blob not null,
    used_at integer,
    primary key (staff_id, digest)
) strict;
