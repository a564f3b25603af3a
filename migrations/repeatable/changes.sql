--: sqlite
-- Inserting a customer and a territory here gives them a new number. Not `insert or replace`: a trigger
-- takes over what the statement that fires it does about conflicts.
create view note_change as select kind, entity_id, territory_id from customer_changes;
create trigger change_noted instead of insert on note_change begin
    delete from customer_changes where entity_id = new.entity_id and territory_id = new.territory_id;
    insert into customer_changes (kind, entity_id, territory_id) values (new.kind, new.entity_id, new.territory_id);
end;
create trigger retailers_noted_new after insert on retailers begin
    insert into note_change values ('retailer', new.id, new.territory_id);
end;
create trigger retailers_noted after update on retailers
when (old.account_number, old.name, old.address, old.territory_id, old.active, old.version)
    is not (new.account_number, new.name, new.address, new.territory_id, new.active, new.version)
begin
    insert into note_change values ('retailer', new.id, new.territory_id);
end;
create trigger retailers_noted_there after update of territory_id on retailers when old.territory_id <> new.territory_id begin
    insert into note_change values ('retailer', new.id, old.territory_id);
end;
create trigger retailers_noted_gone after delete on retailers begin
    insert into note_change values ('retailer', old.id, old.territory_id);
end;
-- Retailers show the name of their territory.
create trigger territories_noted after update of name on territories when old.name <> new.name begin
    insert into note_change select 'retailer', id, territory_id from retailers where territory_id = new.id;
end;
-- What the row of a contact itself says. Where they stand is told by their listing, and so is that they
-- are gone: who was merged or erased has none.
create trigger contacts_noted after update on contacts
when new.merged_into_id is null and new.erased_at is null
    and (old.retailer_id, old.name, old.position, old.phone, old.language, old.email, old.email_changed_at, old.username, old.website_access,
            old.active, old.password_set_at, old.password_brought_at, old.last_sign_in_at, old.bounced_at, old.version)
        is not (new.retailer_id, new.name, new.position, new.phone, new.language, new.email, new.email_changed_at, new.username, new.website_access,
            new.active, new.password_set_at, new.password_brought_at, new.last_sign_in_at, new.bounced_at, new.version)
begin
    insert into note_change select 'contact', new.id, r.territory_id from retailers r where r.id = new.retailer_id;
end;
create trigger contact_listings_noted_new after insert on contact_listings begin
    insert into note_change values ('contact', new.contact_id, new.territory_id);
end;
create trigger contact_listings_noted after update on contact_listings
when (old.territory_id, old.standing, old.mail_state, old.temporary_until, old.has_password)
    is not (new.territory_id, new.standing, new.mail_state, new.temporary_until, new.has_password)
begin
    insert into note_change values ('contact', new.contact_id, new.territory_id);
end;
create trigger contact_listings_noted_there after update of territory_id on contact_listings when old.territory_id <> new.territory_id begin
    insert into note_change values ('contact', new.contact_id, old.territory_id);
end;
create trigger contact_listings_noted_gone after delete on contact_listings begin
    insert into note_change values ('contact', old.contact_id, old.territory_id);
end;
--: postgres
create function note_change(what text, entity uuid, territory uuid) returns void language sql as $$
    insert into customer_changes (kind, entity_id, territory_id) values (what, entity, territory)
    on conflict (entity_id, territory_id) do update set number = excluded.number
$$;
create function retailer_noted() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        perform note_change('retailer', new.id, new.territory_id);
    end if;
    if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.territory_id <> new.territory_id) then
        perform note_change('retailer', old.id, old.territory_id);
    end if;
    return null;
end $$;
create trigger retailers_noted_new after insert or delete on retailers for each row execute function retailer_noted();
create trigger retailers_noted after update on retailers for each row
when ((old.account_number, old.name, old.address, old.territory_id, old.active, old.version)
    is distinct from (new.account_number, new.name, new.address, new.territory_id, new.active, new.version))
execute function retailer_noted();
-- Retailers show the name of their territory.
create function territory_noted() returns trigger language plpgsql as $$
begin
    perform note_change('retailer', r.id, r.territory_id) from retailers r where r.territory_id = new.id;
    return null;
end $$;
create trigger territories_noted after update of name on territories for each row
when (old.name <> new.name) execute function territory_noted();
-- What the row of a contact itself says. Where they stand is told by their listing, and so is that they
-- are gone: who was merged or erased has none.
create function contact_noted() returns trigger language plpgsql as $$
begin
    perform note_change('contact', new.id, r.territory_id) from retailers r where r.id = new.retailer_id;
    return null;
end $$;
create trigger contacts_noted after update on contacts for each row
when (new.merged_into_id is null and new.erased_at is null
    and (old.retailer_id, old.name, old.position, old.phone, old.language, old.email, old.email_changed_at, old.username, old.website_access,
            old.active, old.password_set_at, old.password_brought_at, old.last_sign_in_at, old.bounced_at, old.version)
        is distinct from (new.retailer_id, new.name, new.position, new.phone, new.language, new.email, new.email_changed_at, new.username, new.website_access,
            new.active, new.password_set_at, new.password_brought_at, new.last_sign_in_at, new.bounced_at, new.version))
execute function contact_noted();
create function contact_listing_noted() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        perform note_change('contact', new.contact_id, new.territory_id);
    end if;
    if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.territory_id <> new.territory_id) then
        perform note_change('contact', old.contact_id, old.territory_id);
    end if;
    return null;
end $$;
create trigger contact_listings_noted_new after insert or delete on contact_listings for each row execute function contact_listing_noted();
create trigger contact_listings_noted after update on contact_listings for each row
when ((old.territory_id, old.standing, old.mail_state, old.temporary_until, old.has_password)
    is distinct from (new.territory_id, new.standing, new.mail_state, new.temporary_until, new.has_password))
execute function contact_listing_noted();
