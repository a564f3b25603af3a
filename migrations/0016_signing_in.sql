-- Guessing waits longer and longer, and the page of an invitation. Keys that are folded otherwise now are
-- brought in line by src/db/refold.rs, in the same transaction.

-- Until when there is no next attempt.
alter table throttles add column open_at {time} not null default 0;

-- Until when the page of an invitation mails fresh temporary passwords. It ends earlier when what could let
-- someone in is called back.
alter table resets add column page_until {time};

-- The links to that page: one for each attempt to mail it.
create table invitation_links (
    token_digest {bytes} not null primary key,
    reset_id {id} not null references resets (id),
    minted_at {time} not null
) {strict};
create index invitation_links_by_reset on invitation_links (reset_id);

drop index mails_unneeded;
create index mails_unneeded on mails (finished_at) where to_address = '' and kind in ('password-changed', 'email-changed', 'email-confirmation', 'usernames', 'sign-in-changed', 'test', 'invitation-username');
