-- The digest of the key that a device made for its last refresh: the pair is given again to who has that
-- key and to nobody else.
alter table sessions add column refresh_request {bytes};
