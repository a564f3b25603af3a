-- Acts that a client may ask for again without their being done again: of an act is kept who asked, by
-- which key, and what came of it. Keys and requests are kept as digests only.
create table idempotency_keys (
    staff_id uuid not null references staff (id),
    key_digest bytea not null,
    fingerprint bytea not null,
    contact_id uuid not null references contacts (id),
    reset_id uuid references resets (id),
    created_at bigint not null,
    primary key (staff_id, key_digest)
);

create index idempotency_keys_by_contact on idempotency_keys (contact_id);
create index idempotency_keys_by_reset on idempotency_keys (reset_id);
