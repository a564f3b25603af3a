-- Which case of a mail its test shows; empty for the usual one.
alter table test_mails add column shown_case text not null default '';
