-- The audit trail is sealed: from an entry on hashes are made with a key that isn't in the database, so who
-- can write here can't make a trail that verifies. Entries from before keep their hashes.
alter table audit add column seal {number};

-- From which entry on, with which key (by what tells it from others), since when, and proof that who began it
-- had the key.
create table audit_seals (
    number {number} not null primary key,
    key_id {bytes} not null,
    at {time} not null,
    proof {bytes} not null
) {strict};
-- Entries of a process that hasn't the key: they wait for one that has it.
create table audit_waiting (
    number {number} not null primary key,
    entry text not null
) {strict};
-- With which seal a checkpoint was made, and proof of it.
alter table audit_checkpoints add column seal {number};
alter table audit_checkpoints add column proof {bytes};

--: sqlite
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
--: postgres
drop trigger audit_keeps_words on audit;
create trigger audit_keeps_words before update on audit for each row
when (not (old.address_digest is not null and new.address = '' and new.address_salt is null
    and (old.number, old.at, old.act, old.actor, old.actor_id, old.door, old.retailer_id, old.contact_id, old.staff_id, old.details, old.previous_hash, old.hash, old.address_digest, old.seal)
        is not distinct from (new.number, new.at, new.act, new.actor, new.actor_id, new.door, new.retailer_id, new.contact_id, new.staff_id, new.details, new.previous_hash, new.hash, new.address_digest, new.seal)))
execute function audit_is_append_only();
-- Once sealed, always sealed: also when a node of an older version still writes.
create function audit_stays_sealed() returns trigger language plpgsql as $$
begin
    if new.seal is null and exists (select 1 from audit_seals) then
        raise exception 'the audit trail is sealed: a node of an older version must be stopped';
    end if;
    return new;
end $$;
create trigger audit_stays_sealed before insert on audit for each row execute function audit_stays_sealed();
create function audit_seal_stays() returns trigger language plpgsql as $$
begin
    -- Only one that no entry has yet gives way to another.
    if tg_op = 'UPDATE' then
        if new.number = old.number and not exists (select 1 from audit where number >= old.number) then
            return new;
        end if;
    end if;
    raise exception 'seals of the audit trail stay';
end $$;
create trigger audit_seals_stay before update or delete on audit_seals for each row execute function audit_seal_stays();
create trigger audit_seals_stay_all before truncate on audit_seals for each statement execute function audit_seal_stays();
--: both

-- How the trail goes elsewhere: when each way is due, the last entry that went, and why the last try failed.
create table audit_outside (
    way text not null primary key check (way in ('file', 'mail', 'webhook', 'log')),
    number {number} not null,
    due_at {time} not null,
    sent_at {time},
    problem text
) {strict};
