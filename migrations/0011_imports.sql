-- Imports: a file's rows as they were handed in, what becomes of each, and what it takes to undo it.
create table imports (
    id {id} not null primary key,
    -- Null for the operator.
    staff_id {id} references staff (id),
    door text not null,
    address text not null,
    file_name text not null,
    -- What was found out about the file, its headings, and what was chosen: JSON.
    found text not null,
    headings text not null,
    headings_key {key} not null,
    choices text not null,
    state text not null check (state in ('staging', 'staged', 'checking', 'checked', 'running', 'paused', 'done', 'undoing', 'undone')),
    -- Rows of the file, and how many of them have had their turn in this state.
    total {number} not null,
    settled {number} not null,
    -- What was counted while checking: JSON.
    tally text not null,
    problem text,
    created_at {time} not null,
    changed_at {time} not null,
    finished_at {time}
) {strict};
create index imports_by_staff on imports (staff_id);
create index imports_by_time on imports (created_at);
create index imports_by_headings on imports (headings_key, created_at);

create table import_rows (
    import_id {id} not null references imports (id),
    place {number} not null,
    -- As a person counts rows; 0 for who is not in the file.
    line {number} not null,
    cells text not null,
    -- The hash of a password that comes along, until it is the contact's. No page and no sheet reads it.
    password text,
    verdict text check (verdict in ('new', 'changed', 'unchanged', 'wrong', 'missing')),
    notes text not null,
    changes text not null,
    account_key {key},
    username_key {key},
    -- Whom it is about. They may be gone when it has been undone.
    retailer_id {id},
    contact_id {id},
    state text not null check (state in ('waiting', 'done', 'unchanged', 'refused', 'undone', 'kept')),
    undo text,
    primary key (import_id, place)
) {strict};
create index import_rows_by_verdict on import_rows (import_id, verdict, place);
create index import_rows_by_state on import_rows (import_id, state, place);
create index import_rows_by_account on import_rows (import_id, account_key, place);
create index import_rows_by_username on import_rows (import_id, username_key, place) where username_key is not null;
create index import_rows_by_contact on import_rows (contact_id, import_id) where contact_id is not null;
