-- Acts that a client may ask for again without their being done again: of an act is kept who asked, by
-- which key, and what came of it. Keys and requests are kept as digests only.
create table idempotency_keys (
    staff_id blob not null references staff (id),
    key_digest blob not null,
    fingerprint blob not null,
    contact_id blob not null references contacts (id),
    reset_id blob references resets (id),
    created_at integer not null,
    primary key (staff_id, key_digest)
) strict;

create index idempotency_keys_by_contact on idempotency_keys (contact_id);
create index idempotency_keys_by_reset on idempotency_keys (reset_id);
