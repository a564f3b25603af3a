-- What changed since: for clients that keep a copy of their territories' customers.

-- One row for each retailer or contact and each territory it is or was in, with the number of the latest
-- change that those who have the territory are to hear of. Numbers only grow; writes take turns, so they
-- grow in the order of commits. Rows stay when their customer goes: then they say so.
create table customer_changes (
    number integer not null primary key autoincrement,
    kind text not null check (kind in ('retailer', 'contact')),
    entity_id blob not null,
    territory_id blob not null,
    unique (entity_id, territory_id)
) strict;
create index customer_changes_by_territory on customer_changes (territory_id, kind, number);
create index customer_changes_by_kind on customer_changes (kind, number);

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

insert into note_change select 'retailer', id, territory_id from retailers;
insert into note_change select 'contact', contact_id, territory_id from contact_listings;
