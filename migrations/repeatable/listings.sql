--: sqlite
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
create trigger contacts_erased after update of erased_at on contacts when new.erased_at is not null begin
    delete from contact_listings where contact_id = new.id;
end;
create trigger contacts_erased_stay_unlisted before insert on contact_listings
when exists (select 1 from contacts c where c.id = new.contact_id and c.erased_at is not null)
begin select raise(ignore); end;
--: postgres
create view contact_words as select number as rowid, words from contact_listings;
create view retailer_words as select number as rowid, words from retailer_listings;
create function list_contact(which uuid) returns void language plpgsql as $$
begin
    insert into contact_listings (contact_id, retailer_id, territory_id, name_key, retailer_key, standing, mail_state, temporary_until, has_password, signed_in_at, active, words)
        select contact_id, retailer_id, territory_id, name_key, retailer_key, standing, mail_state, temporary_until, has_password, signed_in_at, active, words from contact_facts where contact_id = which and merged_into_id is null
        on conflict (contact_id) do update set retailer_id = excluded.retailer_id, territory_id = excluded.territory_id, name_key = excluded.name_key, retailer_key = excluded.retailer_key, standing = excluded.standing, mail_state = excluded.mail_state, temporary_until = excluded.temporary_until, has_password = excluded.has_password, signed_in_at = excluded.signed_in_at, active = excluded.active, words = excluded.words;
end $$;
create function contact_changed() returns trigger language plpgsql as $$
begin
    if new.merged_into_id is not null then
        delete from contact_listings where contact_id = new.id;
    else
        perform list_contact(new.id);
    end if;
    return null;
end $$;
create trigger contacts_listed after insert or update on contacts for each row execute function contact_changed();
create function mail_changed() returns trigger language plpgsql as $$
begin
    perform list_contact(new.contact_id);
    return null;
end $$;
create trigger mails_listed_new after insert on mails for each row
    when (new.contact_id is not null and new.kind in ('reset', 'invitation')) execute function mail_changed();
create trigger mails_listed after update of state on mails for each row
    when (new.contact_id is not null and new.kind in ('reset', 'invitation')) execute function mail_changed();
create trigger temporary_passwords_listed after insert or update on temporary_passwords for each row execute function mail_changed();
create function retailer_changed() returns trigger language plpgsql as $$
begin
    insert into retailer_listings (retailer_id, territory_id, name_key, account_number_key, active, words)
        select r.id, r.territory_id, r.name_key, r.account_number_key, r.active,
            '  ' || r.account_number_key || '  ' || replace(r.name_key, ' ', '  ') from retailers r where r.id = new.id
        on conflict (retailer_id) do update set territory_id = excluded.territory_id, name_key = excluded.name_key, account_number_key = excluded.account_number_key, active = excluded.active, words = excluded.words;
    if tg_op = 'UPDATE' and (old.name_key, old.account_number_key, old.territory_id, old.active)
            is distinct from (new.name_key, new.account_number_key, new.territory_id, new.active) then
        perform list_contact(c.id) from contacts c where c.retailer_id = new.id;
    end if;
    return null;
end $$;
create trigger retailers_listed after insert or update on retailers for each row execute function retailer_changed();
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
