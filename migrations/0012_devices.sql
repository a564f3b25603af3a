-- A device is a session with a name: its tokens open the API, a browser's cookie doesn't.
alter table sessions add column device_name text check (device_name is null or staff_id is not null);
-- The door it was signed in through.
alter table sessions add column device_door text check ((device_door is null) = (device_name is null));
-- The access token is `token_digest`; it is good until then. The one before is known to be over.
alter table sessions add column access_until {time};
alter table sessions add column access_previous {bytes};
-- The refresh token, and the one it came from, which gives the same tokens again, by way of the salt,
-- until one of them has been used.
alter table sessions add column refresh_digest {bytes};
alter table sessions add column refresh_previous {bytes};
alter table sessions add column refresh_salt {bytes};
-- Ended by someone on purpose, not merely over: the device is to wipe what it holds.
alter table sessions add column revoked_at {time};

create unique index sessions_by_access_previous on sessions (access_previous) where access_previous is not null;
create unique index sessions_by_refresh on sessions (refresh_digest) where refresh_digest is not null;
create unique index sessions_by_refresh_previous on sessions (refresh_previous) where refresh_previous is not null;
create index sessions_by_revocation on sessions (revoked_at) where revoked_at is not null;

-- Refresh tokens that must not come again: whoever sends one has a copy.
create table spent_refresh_tokens (
    digest {bytes} not null primary key,
    session_id {id} not null references sessions (id) on delete cascade,
    spent_at {time} not null
) {strict};

create index spent_refresh_tokens_by_session on spent_refresh_tokens (session_id, spent_at);
