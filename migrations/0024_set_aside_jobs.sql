-- How often a job was begun without an end or a survived danger written down: two, and it is
-- set aside until a person tries it again.
alter table jobs add column unended {number} not null default 0;
alter table jobs add column set_aside_at {time};
create index jobs_unended on jobs (run_at) where unended > 0;
