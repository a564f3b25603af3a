-- Privacy: addresses in the audit trail that can be blanked, a trail that can be shortened, contacts
-- that were erased, and when the retention times were last applied.

-- The hash of an entry covers a digest of the address and a salt, so both can go and the chain still holds.
-- Entries from before have neither: their hash covers the address itself.
alter table audit add column address_salt blob;
alter table audit add column address_digest blob;
create index audit_by_address on audit (at) where address_salt is not null;

-- Up to which entry the trail was shortened, and that entry's hash: verifying begins there.
-- What is younger than 365 days can't go.
create table audit_checkpoints (
    number integer not null primary key,
    hash blob not null,
    at integer not null
) strict;

drop trigger audit_keeps_entries;
create trigger audit_keeps_entries before delete on audit
when old.number > coalesce((select max(number) from audit_checkpoints), 0)
begin select raise(abort, 'the audit trail is append-only'); end;
-- Blanking an address with its salt is the one change there is.
drop trigger audit_keeps_words;
create trigger audit_keeps_words before update on audit
when not (old.address_digest is not null and new.address = '' and new.address_salt is null
    and (old.number, old.at, old.act, old.actor, old.actor_id, old.door, old.retailer_id, old.contact_id, old.staff_id, old.details, old.previous_hash, old.hash, old.address_digest)
        is (new.number, new.at, new.act, new.actor, new.actor_id, new.door, new.retailer_id, new.contact_id, new.staff_id, new.details, new.previous_hash, new.hash, new.address_digest))
begin select raise(abort, 'the audit trail is append-only'); end;
-- Else `insert or replace` would replace an entry and no trigger would know.
create trigger audit_grows_at_its_end before insert on audit when new.number <= (select max(number) from audit)
begin select raise(abort, 'the audit trail is append-only'); end;

create trigger audit_checkpoints_are_entries before insert on audit_checkpoints
when not exists (select 1 from audit where number = new.number and hash = new.hash and at <= new.at - 31536000000)
begin select raise(abort, 'a checkpoint is an entry of the audit trail, a year old'); end;
create trigger audit_checkpoints_stay before delete on audit_checkpoints begin select raise(abort, 'checkpoints of the audit trail stay'); end;
create trigger audit_checkpoints_stay_so before update on audit_checkpoints begin select raise(abort, 'checkpoints of the audit trail stay'); end;

-- Who was erased stays as a row without a person, for the histories that name it; no list has it.
alter table contacts add column erased_at integer;
create trigger contacts_erased after update of erased_at on contacts when new.erased_at is not null begin
    delete from contact_listings where contact_id = new.id;
end;
create trigger contacts_erased_stay_unlisted before insert on contact_listings
when exists (select 1 from contacts c where c.id = new.contact_id and c.erased_at is not null)
begin select raise(ignore); end;

-- When the retention times were last applied, by when the node that is at it must be done, and how much it
-- has removed so far.
create table retention (
    name text not null primary key,
    applied_at integer not null,
    leased_until integer not null,
    removed integer not null
) strict;
insert into retention (name, applied_at, leased_until, removed) values ('all', 0, 0, 0);
create index mails_by_end on mails (finished_at) where to_address <> '';
create index mails_unneeded on mails (finished_at) where to_address = '' and kind in ('password-changed', 'email-changed', 'email-confirmation', 'usernames', 'sign-in-changed', 'test');
