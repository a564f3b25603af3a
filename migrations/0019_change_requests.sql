-- What reps ask the office for: how a contact signs in, which their own role doesn't change. One request of a
-- contact is open at a time; a newer one takes its place.
create table change_requests (
    id {id} primary key,
    contact_id {id} not null references contacts (id),
    asked_by {id} not null references staff (id),
    asked_at {time} not null,
    email text,
    username text,
    website_access {flag} not null,
    note text not null default '',
    state text not null check (state in ('open', 'entered', 'declined', 'closed')),
    settled_by {id} references staff (id),
    settled_at {time},
    answer text not null default ''
) {strict};

create unique index change_requests_open on change_requests (contact_id) where state = 'open';
create index change_requests_by_contact on change_requests (contact_id, asked_at);
create index change_requests_by_staff on change_requests (asked_by, asked_at);
create index change_requests_settled_by on change_requests (settled_by);
create index change_requests_waiting on change_requests (asked_at) where state = 'open';

alter table idempotency_keys add column change_request_id {id} references change_requests (id);
create index idempotency_keys_by_change_request on idempotency_keys (change_request_id);
