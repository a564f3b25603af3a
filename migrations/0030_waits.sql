-- Who has to wait, as far as the office is shown: the contact or staff user whom
-- what was typed is a name of, the network alone it was tried from, and since when.
alter table throttles add column contact_id {id} references contacts (id) on delete cascade;
alter table throttles add column staff_id {id} references staff (id) on delete cascade;
alter table throttles add column network text;
-- When the first of the pauses began that followed each other, in milliseconds.
alter table throttles add column began_at {time};
create index throttles_by_contact on throttles (contact_id);
create index throttles_by_staff on throttles (staff_id);
create index throttles_by_network on throttles (network);
create index throttles_by_pause on throttles (open_at);
