-- A second factor for staff: an authenticator app, with recovery codes for when the device is lost.

-- Whether a session has still to prove the second factor: then it can do nothing else.
alter table sessions add column stage text not null default 'full' check (stage in ('full', 'second-factor'));
-- A role may demand one: so many days after then, or after someone was given the role.
alter table roles add column second_factor_days {number};
alter table roles add column second_factor_since {time};
-- What a mailed link and code are for.
alter table staff_resets add column purpose text not null default 'password' check (purpose in ('password', 'second-factor'));

-- The secret is sealed with a key that is not in the database. Each step of 30 seconds counts once.
create table authenticators (
    staff_id {id} not null primary key references staff (id),
    secret {bytes} not null,
    nonce {bytes} not null,
    last_step {number} not null,
    confirmed_at {time},
    created_at {time} not null
) {strict};

create table recovery_codes (
    staff_id {id} not null references staff (id),
    digest {bytes} not null,
    used_at {time},
    primary key (staff_id, digest)
) {strict};
