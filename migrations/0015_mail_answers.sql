-- What the last answer about a mail was about, and how often it may have arrived although no answer said so: each
-- handover counts as one until it is answered. A run that stopped by itself keeps what was said; from when it goes on
-- anew, what happened before counts no more.
alter table mails add column class text;
alter table mails add column doubts {number} not null default 0;
update mails set doubts = 1 where unsure and finished_at is null;
alter table runs add column said text;
alter table runs add column resumed_at {time};
