-- Acts that a client may ask for again without their being done again: of an act is kept who asked, by
-- which key, and what came of it. Keys and requests are kept as digests only.
create table idempotency_keys (
    staff_id {id} not null references staff (id),
    key_digest {bytes} not null,
    fingerprint {bytes} not null,
    contact_id {id} not null references contacts (id),
    reset_id {id} references resets (id),
    created_at {time} not null,
    primary key (staff_id, key_digest)
) {strict};

create index idempotency_keys_by_contact on idempotency_keys (contact_id);
create index idempotency_keys_by_reset on idempotency_keys (reset_id);
