-- Privacy: addresses in the audit trail that can be blanked, a trail that can be shortened, contacts
-- that were erased, and when the retention times were last applied.

-- The hash of an entry covers a digest of the address and a salt, so both can go and the chain still holds.
-- Entries from before have neither: their hash covers the address itself.
alter table audit add column address_salt {bytes};
alter table audit add column address_digest {bytes};
create index audit_by_address on audit (at) where address_salt is not null;

-- Up to which entry the trail was shortened, and that entry's hash: verifying begins there.
-- What is younger than 365 days can't go.
create table audit_checkpoints (
    number {number} not null primary key,
    hash {bytes} not null,
    at {time} not null
) {strict};

--: sqlite
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
--: postgres
drop trigger audit_keeps_entries on audit;
create function audit_entry_goes() returns trigger language plpgsql as $$
begin
    if old.number > coalesce((select max(number) from audit_checkpoints), 0) then
        raise exception 'the audit trail is append-only';
    end if;
    return old;
end $$;
create trigger audit_keeps_entries before delete on audit for each row execute function audit_entry_goes();
-- Blanking an address with its salt is the one change there is.
create trigger audit_keeps_words before update on audit for each row
when (not (old.address_digest is not null and new.address = '' and new.address_salt is null
    and (old.number, old.at, old.act, old.actor, old.actor_id, old.door, old.retailer_id, old.contact_id, old.staff_id, old.details, old.previous_hash, old.hash, old.address_digest)
        is not distinct from (new.number, new.at, new.act, new.actor, new.actor_id, new.door, new.retailer_id, new.contact_id, new.staff_id, new.details, new.previous_hash, new.hash, new.address_digest)))
execute function audit_is_append_only();

create function audit_checkpoint_is_entry() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from audit where number = new.number and hash = new.hash and at <= new.at - 31536000000) then
        raise exception 'a checkpoint is an entry of the audit trail, a year old';
    end if;
    return new;
end $$;
create trigger audit_checkpoints_are_entries before insert on audit_checkpoints for each row execute function audit_checkpoint_is_entry();
create function audit_checkpoint_stays() returns trigger language plpgsql as
$$ begin raise exception 'checkpoints of the audit trail stay'; end $$;
create trigger audit_checkpoints_stay before update or delete on audit_checkpoints for each row execute function audit_checkpoint_stays();
create trigger audit_checkpoints_stay_all before truncate on audit_checkpoints for each statement execute function audit_checkpoint_stays();

-- Who was erased stays as a row without a person, for the histories that name it; no list has it.
alter table contacts add column erased_at bigint;
create function contact_erased() returns trigger language plpgsql as $$
begin
    delete from contact_listings where contact_id = new.id;
    return null;
end $$;
create trigger contacts_erased after update of erased_at on contacts for each row when (new.erased_at is not null) execute function contact_erased();
create function contact_stays_unlisted() returns trigger language plpgsql as $$
begin
    if exists (select 1 from contacts c where c.id = new.contact_id and c.erased_at is not null) then
        return null;
    end if;
    return new;
end $$;
create trigger contacts_erased_stay_unlisted before insert on contact_listings for each row execute function contact_stays_unlisted();
--: both

-- When the retention times were last applied, by when the node that is at it must be done, and how much it
-- has removed so far.
create table retention (
    name text not null primary key,
    applied_at {time} not null,
    leased_until {time} not null,
    removed {number} not null
) {strict};
insert into retention (name, applied_at, leased_until, removed) values ('all', 0, 0, 0);
create index mails_by_end on mails (finished_at) where to_address <> '';
create index mails_unneeded on mails (finished_at) where to_address = '' and kind in ('password-changed', 'email-changed', 'email-confirmation', 'usernames', 'sign-in-changed', 'test');
