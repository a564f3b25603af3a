-- Finding customers, mending their access, inviting everyone.

-- Goes up with every edit, so that of two people editing one record the second is told.
alter table retailers add column version integer not null default 1;
alter table contacts add column version integer not null default 1;
-- The record that took this one's place when both were found to be of one person.
alter table contacts add column merged_into_id blob references contacts (id);
create index contacts_by_merged on contacts (merged_into_id) where merged_into_id is not null;

-- A mail that is never handed over again when it may have been taken; whether it may have been;
-- and when it came back after it had been taken, and why.
alter table mails add column once integer not null default false;
alter table mails add column unsure integer not null default false;
alter table mails add column returned_at integer;
alter table mails add column returned text;

-- What lists and the search know of a contact: one narrow row, kept in step by the triggers below.
-- A standing is `access::Access` without the clock: what ran out is told by temporary_until.
create table contact_listings (
    number integer not null primary key,
    contact_id blob not null unique references contacts (id),
    retailer_id blob not null references retailers (id),
    territory_id blob not null references territories (id),
    name_key text not null,
    retailer_key text not null,
    standing text not null,
    mail_state text not null,
    temporary_until integer,
    has_password integer not null,
    signed_in_at integer not null,
    active integer not null,
    -- Everything that finds them; each word begins after two spaces.
    words text not null
) strict;
create index contact_listings_by_name on contact_listings (name_key, contact_id);
create index contact_listings_by_retailer on contact_listings (retailer_key, contact_id);
create index contact_listings_by_retailer_id on contact_listings (retailer_id, standing);
create index contact_listings_by_sign_in on contact_listings (signed_in_at, contact_id);
create index contact_listings_by_territory on contact_listings (territory_id, name_key, contact_id);
create index contact_listings_by_standing on contact_listings (standing, name_key, contact_id);
create index contact_listings_by_count on contact_listings (standing, has_password, temporary_until, territory_id);
create index contact_listings_by_mail on contact_listings (mail_state, name_key, contact_id);

create table retailer_listings (
    number integer not null primary key,
    retailer_id blob not null unique references retailers (id),
    territory_id blob not null references territories (id),
    name_key text not null,
    account_number_key text not null,
    active integer not null,
    words text not null
) strict;
create index retailer_listings_by_name on retailer_listings (name_key, retailer_id);
create index retailer_listings_by_account_number on retailer_listings (account_number_key, retailer_id);
create index retailer_listings_by_territory on retailer_listings (territory_id, name_key, retailer_id);
create index retailer_listings_by_active on retailer_listings (active, name_key, retailer_id);

-- Finds any three characters in a row; `words like '%abc%'` is answered from it.
create virtual table contact_words using fts5 (words, content = 'contact_listings', content_rowid = 'number', tokenize = 'trigram', detail = 'none');
create trigger contact_words_enter after insert on contact_listings begin
    insert into contact_words (rowid, words) values (new.number, new.words);
end;
create trigger contact_words_leave after delete on contact_listings begin
    insert into contact_words (contact_words, rowid, words) values ('delete', old.number, old.words);
end;
create trigger contact_words_change after update of words on contact_listings when old.words <> new.words begin
    insert into contact_words (contact_words, rowid, words) values ('delete', old.number, old.words);
    insert into contact_words (rowid, words) values (new.number, new.words);
end;
create virtual table retailer_words using fts5 (words, content = 'retailer_listings', content_rowid = 'number', tokenize = 'trigram', detail = 'none');
create trigger retailer_words_enter after insert on retailer_listings begin
    insert into retailer_words (rowid, words) values (new.number, new.words);
end;
create trigger retailer_words_leave after delete on retailer_listings begin
    insert into retailer_words (retailer_words, rowid, words) values ('delete', old.number, old.words);
end;
create trigger retailer_words_change after update of words on retailer_listings when old.words <> new.words begin
    insert into retailer_words (retailer_words, rowid, words) values ('delete', old.number, old.words);
    insert into retailer_words (rowid, words) values (new.number, new.words);
end;

create view contact_facts as
select f.*,
    case
        when not f.active then 'inactive'
        when not f.website_access then 'off'
        when f.email is null then 'missing-email'
        when f.username is null then 'missing-username'
        when f.bounced_at is not null then 'bounced'
        when f.password_set_at is not null then
            case
                when f.mail_state in ('waiting', 'put-off') then 'resetting'
                when f.temporary_until is not null then 'reset-sent'
                when f.has_password then 'active'
                else 'stopped'
            end
        when f.mail_state in ('waiting', 'put-off') then 'inviting'
        when f.temporary_until is not null then 'invited'
        when f.mail_state <> 'none' then 'invitation-expired'
        else 'not-invited'
    end as standing
from (
    select c.id as contact_id, c.retailer_id, r.territory_id, c.name_key, r.name_key as retailer_key,
        c.website_access, c.email, c.username, c.bounced_at, c.password_set_at, c.merged_into_id,
        c.active and r.active as active,
        c.password_hash is not null and c.password_stopped_at is null as has_password,
        coalesce(c.last_sign_in_at, 0) as signed_in_at,
        coalesce((select m.state from mails m where m.contact_id = c.id and m.kind in ('reset', 'invitation')
            order by m.created_at desc, m.id desc limit 1), 'none') as mail_state,
        (select max(p.expires_at) from temporary_passwords p where p.contact_id = c.id
            and p.accepted_at is not null and p.voided_at is null and p.used_at is null) as temporary_until,
        '  ' || replace(c.name_key, ' ', '  ') || '  ' || coalesce(c.username_key, '') || '  ' || coalesce(c.email_key, '')
            || '  ' || replace(replace(replace(replace(replace(replace(replace(c.phone, ' ', ''), '-', ''), '(', ''), ')', ''), '/', ''), '.', ''), '+', '')
            || '  ' || r.account_number_key || '  ' || replace(r.name_key, ' ', '  ') as words
    from contacts c join retailers r on r.id = c.retailer_id
) f;

-- Inserting an id here lists that contact anew.
create view list_contact as select contact_id from contact_listings;
create trigger contact_listed_anew instead of insert on list_contact begin
    insert into contact_listings (contact_id, retailer_id, territory_id, name_key, retailer_key, standing, mail_state, temporary_until, has_password, signed_in_at, active, words)
        select contact_id, retailer_id, territory_id, name_key, retailer_key, standing, mail_state, temporary_until, has_password, signed_in_at, active, words from contact_facts where contact_id = new.contact_id and merged_into_id is null
        on conflict (contact_id) do update set retailer_id = excluded.retailer_id, territory_id = excluded.territory_id, name_key = excluded.name_key, retailer_key = excluded.retailer_key, standing = excluded.standing, mail_state = excluded.mail_state, temporary_until = excluded.temporary_until, has_password = excluded.has_password, signed_in_at = excluded.signed_in_at, active = excluded.active, words = excluded.words;
end;
create trigger contacts_listed_new after insert on contacts begin
    insert into list_contact values (new.id);
end;
create trigger contacts_listed after update on contacts when new.merged_into_id is null begin
    insert into list_contact values (new.id);
end;
create trigger contacts_merged after update of merged_into_id on contacts when new.merged_into_id is not null begin
    delete from contact_listings where contact_id = new.id;
end;
create trigger mails_listed_new after insert on mails when new.contact_id is not null and new.kind in ('reset', 'invitation') begin
    insert into list_contact values (new.contact_id);
end;
create trigger mails_listed after update of state on mails when new.contact_id is not null and new.kind in ('reset', 'invitation') begin
    insert into list_contact values (new.contact_id);
end;
create trigger temporary_passwords_listed_new after insert on temporary_passwords begin
    insert into list_contact values (new.contact_id);
end;
create trigger temporary_passwords_listed after update on temporary_passwords begin
    insert into list_contact values (new.contact_id);
end;
create view list_retailer as select retailer_id from retailer_listings;
create trigger retailer_listed_anew instead of insert on list_retailer begin
    insert into retailer_listings (retailer_id, territory_id, name_key, account_number_key, active, words)
        select r.id, r.territory_id, r.name_key, r.account_number_key, r.active,
            '  ' || r.account_number_key || '  ' || replace(r.name_key, ' ', '  ') from retailers r where r.id = new.retailer_id
        on conflict (retailer_id) do update set territory_id = excluded.territory_id, name_key = excluded.name_key, account_number_key = excluded.account_number_key, active = excluded.active, words = excluded.words;
end;
create trigger retailers_listed_new after insert on retailers begin
    insert into list_retailer values (new.id);
end;
create trigger retailers_listed after update on retailers begin
    insert into list_retailer values (new.id);
end;
create trigger retailers_contacts_listed after update of name_key, account_number_key, territory_id, active on retailers begin
    insert into list_contact select id from contacts where retailer_id = new.id;
end;

insert into list_retailer select id from retailers;
insert into list_contact select id from contacts;

-- A list with its filter and order, under a name of one's own.
create table views (
    id blob not null primary key,
    staff_id blob not null references staff (id),
    list text not null check (list in ('retailers', 'contacts')),
    name text not null,
    name_key text not null,
    query text not null,
    created_at integer not null,
    unique (staff_id, list, name_key)
) strict;

-- One act for many: what, by whom, at what pace. Repeated invitations are a series: one run a round.
create table runs (
    id blob not null primary key,
    act text not null check (act in ('invite', 'access-on', 'access-off', 'activate', 'deactivate', 'assign-territory')),
    staff_id blob not null references staff (id),
    door text not null,
    address text not null,
    query text not null,
    territory_id blob references territories (id),
    per_minute integer,
    per_domain integer,
    series_id blob not null,
    round integer not null,
    rounds integer not null,
    every_days integer not null,
    next_round_at integer,
    state text not null check (state in ('running', 'paused', 'done', 'cancelled')),
    problem text,
    created_at integer not null,
    finished_at integer
) strict;
create index runs_by_time on runs (created_at);
create index runs_by_series on runs (series_id, round);
create index runs_by_next_round on runs (next_round_at) where next_round_at is not null;

create table run_items (
    run_id blob not null references runs (id),
    number integer not null,
    contact_id blob references contacts (id),
    retailer_id blob references retailers (id),
    domain text not null,
    state text not null check (state in ('queued', 'done', 'left-out', 'cancelled')),
    reason text,
    reset_id blob references resets (id),
    acted_at integer,
    primary key (run_id, number),
    unique (run_id, contact_id),
    unique (run_id, retailer_id),
    check ((contact_id is null) <> (retailer_id is null))
) strict;
create index run_items_by_state on run_items (run_id, state, number);
create index run_items_by_pace on run_items (run_id, acted_at, domain) where acted_at is not null;
create index run_items_by_contact on run_items (contact_id);
create index run_items_by_retailer on run_items (retailer_id);
create index run_items_by_reset on run_items (reset_id);

create index audit_by_act on audit (act, at, contact_id, retailer_id);
