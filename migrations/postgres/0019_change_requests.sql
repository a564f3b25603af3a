-- What reps ask the office for: how a contact signs in, which their own role doesn't change. One request of a
-- contact is open at a time; a newer one takes its place.
create table change_requests (
    id uuid primary key,
    contact_id uuid not null references contacts (id),
    asked_by uuid not null references staff (id),
    asked_at bigint not null,
    email text,
    username text,
    website_access boolean not null,
    note text not null default '',
    state text not null check (state in ('open', 'entered', 'declined', 'closed')),
    settled_by uuid references staff (id),
    settled_at bigint,
    answer text not null default ''
);

create unique index change_requests_open on change_requests (contact_id) where state = 'open';
create index change_requests_by_contact on change_requests (contact_id, asked_at);
create index change_requests_by_staff on change_requests (asked_by, asked_at);
create index change_requests_settled_by on change_requests (settled_by);
create index change_requests_waiting on change_requests (asked_at) where state = 'open';

alter table idempotency_keys add column change_request_id uuid references change_requests (id);
create index idempotency_keys_by_change_request on idempotency_keys (change_request_id);
