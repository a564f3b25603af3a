-- Runs: of which list, whether an invitation also goes to those whose last one is still good, and which of the
-- jobs that drive a run is the one in charge: a run that was paused and resumed has a new one.
alter table runs add column include_live {flag} not null default false;
alter table runs add column turn {number} not null default 1;
alter table runs add column list text not null default 'contacts' check (list in ('retailers', 'contacts'));
