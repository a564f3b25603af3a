--: sqlite
create trigger audit_keeps_entries before delete on audit
when old.number > coalesce((select max(number) from audit_checkpoints), 0)
begin select raise(abort, 'the audit trail is append-only'); end;
-- Else `insert or replace` would replace an entry and no trigger would know.
create trigger audit_grows_at_its_end before insert on audit when new.number <= (select max(number) from audit)
begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_checkpoints_are_entries before insert on audit_checkpoints
when not exists (select 1 from audit where number = new.number and hash = new.hash and at <= new.at - 31536000000)
begin select raise(abort, 'a checkpoint is an entry of the audit trail, a year old'); end;
create trigger audit_checkpoints_stay before delete on audit_checkpoints begin select raise(abort, 'checkpoints of the audit trail stay'); end;
create trigger audit_checkpoints_stay_so before update on audit_checkpoints begin select raise(abort, 'checkpoints of the audit trail stay'); end;
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
create function audit_is_append_only() returns trigger language plpgsql as
$$ begin raise exception 'the audit trail is append-only'; end $$;
create trigger audit_keeps_all before truncate on audit for each statement execute function audit_is_append_only();
create function audit_entry_goes() returns trigger language plpgsql as $$
begin
    if old.number > coalesce((select max(number) from audit_checkpoints), 0) then
        raise exception 'the audit trail is append-only';
    end if;
    return old;
end $$;
create trigger audit_keeps_entries before delete on audit for each row execute function audit_entry_goes();
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
