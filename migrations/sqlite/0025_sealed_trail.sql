-- The audit trail is sealed: from an entry on hashes are made with a key that isn't in the database, so who
-- can write here can't make a trail that verifies. Entries from before keep their hashes.
alter table audit add column seal integer;

-- From which entry on, with which key (by what tells it from others), since when, and proof that who began it
-- had the key.
create table audit_seals (
    number integer not null primary key,
    key_id blob not null,
    at integer not null,
    proof blob not null
) strict;
-- Entries of a process that hasn't the key: they wait for one that has it.
create table audit_waiting (
    number integer not null primary key,
    entry text not null
) strict;
-- With which seal a checkpoint was made, and proof of it.
alter table audit_checkpoints add column seal integer;
alter table audit_checkpoints add column proof blob;

drop trigger audit_keeps_words;
create trigger audit_keeps_words before update on audit
when not (old.address_digest is not null and new.address = '' and new.address_salt is null
    and (old.number, old.at, old.act, old.actor, old.actor_id, old.door, old.retailer_id, old.contact_id, old.staff_id, old.details, old.previous_hash, old.hash, old.address_digest, old.seal)
        is (new.number, new.at, new.act, new.actor, new.actor_id, new.door, new.retailer_id, new.contact_id, new.staff_id, new.details, new.previous_hash, new.hash, new.address_digest, new.seal))
begin select raise(abort, 'the audit trail is append-only'); end;
-- Once sealed, always sealed: also when a node of an older version still writes.
create trigger audit_stays_sealed before insert on audit
when new.seal is null and exists (select 1 from audit_seals)
begin select raise(abort, 'the audit trail is sealed: a node of an older version must be stopped'); end;
create trigger audit_seals_stay before delete on audit_seals begin select raise(abort, 'seals of the audit trail stay'); end;
-- Only one that no entry has yet gives way to another.
create trigger audit_seals_stay_so before update on audit_seals
when new.number <> old.number or exists (select 1 from audit where number >= old.number)
begin select raise(abort, 'seals of the audit trail stay'); end;

-- How the trail goes elsewhere: when each way is due, the last entry that went, and why the last try failed.
create table audit_outside (
    way text not null primary key check (way in ('file', 'mail', 'webhook', 'log')),
    number integer not null,
    due_at integer not null,
    sent_at integer,
    problem text
) strict;
