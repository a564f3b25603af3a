-- Jobs stand in lines, so that whoever asks for much waits behind those who ask for little.
-- `run_at` is when a job may be taken, or when the hold of whoever has it ends; one whose time has come
-- has a place in the line of its lane. `share` says on whose account it is, `domain` where its mail goes.
alter table jobs add column lane {number} not null default 0;
alter table jobs add column share text not null default '';
alter table jobs add column domain text not null default '';
alter table jobs add column place_at {time};

update jobs set lane = case kind when 'send-mail' then 0 when 'run' then 2 when 'import' then 2 else 1 end;
update jobs set run_at = leased_until where leased_until > run_at;

create index jobs_in_line on jobs (lane, place_at, id) where place_at is not null;
create index jobs_by_share on jobs (lane, share) where place_at is not null;
create index jobs_coming on jobs (run_at) where place_at is null;
create index jobs_held on jobs (domain) where lease_id is not null;
