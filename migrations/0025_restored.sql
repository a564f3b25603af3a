-- Each time an installation was restored from an older copy begins an epoch: what is not in the copy is lost from
-- `lost_since` (its last entry in the audit trail) to `begun_at`.
create table epochs (
    id {id} not null primary key,
    lost_since {time} not null,
    begun_at {time} not null,
    -- Requests of forgotten passwords and usernames that were waiting, and may have been answered since.
    dropped_requests {number} not null,
    signed_off_at {time},
    staff_id {id} references staff (id)
) {strict};
create index epochs_by_begin on epochs (begun_at, id);

-- Since when a mail waits for a person, because it may have left after the copy was made.
alter table mails add column held_at {time};
create index mails_held on mails (created_at) where held_at is not null;
