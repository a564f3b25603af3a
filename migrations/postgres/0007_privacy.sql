-- Privacy: addresses in the audit trail that can be blanked, a trail that can be shortened, contacts
-- that were erased, and when the retention times were last applied.

-- The hash of an entry covers a digest of the address and a salt, so both can go and the chain still holds.
-- Entries from before have neither: their hash covers the address itself.
alter table audit add column address_salt bytea;
alter table audit add column address_digest bytea;
create index audit_by_address on audit (at) where address_salt is not null;

-- Up to which entry the trail was shortened, and that entry's hash: verifying begins there.
create table audit_checkpoints (
    number bigint not null primary key,
    hash bytea not null,
    at bigint not null
);

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
    if not exists (select 1 from audit where number = new.number and hash = new.hash) then
        raise exception 'a checkpoint is an entry of the audit trail';
    end if;
    return new;
end $$;
create trigger audit_checkpoints_are_entries before insert on audit_checkpoints for each row execute function audit_checkpoint_is_entry();
create function audit_checkpoint_stays() returns trigger language plpgsql as
$$ begin raise exception 'checkpoints of the audit trail stay'; end $$;
create trigger audit_checkpoints_stay before update or delete on audit_checkpoints for each row execute function audit_checkpoint_stays();
create trigger audit_checkpoints_stay_all before truncate on audit_checkpoints for each statement execute function audit_checkpoint_stays();
