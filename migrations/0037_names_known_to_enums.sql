-- Which names there are is known to the enums that read them: a name more needs no step of its own any more.
--: sqlite
-- As SQLite's manual has it for constraints that go (ALTER TABLE, "making other kinds of table schema changes").
pragma writable_schema = on;
update sqlite_schema set sql = replace(sql, ' check (actor in (''nobody'', ''contact'', ''staff'', ''operator'', ''system''))', '') where type = 'table' and name = 'audit';
update sqlite_schema set sql = replace(sql, ' check (way in (''file'', ''mail'', ''webhook'', ''log''))', '') where type = 'table' and name = 'audit_outside';
update sqlite_schema set sql = replace(sql, ' check (state in (''open'', ''entered'', ''declined'', ''closed''))', '') where type = 'table' and name = 'change_requests';
update sqlite_schema set sql = replace(sql, ' check (kind in (''retailer'', ''contact''))', '') where type = 'table' and name = 'customer_changes';
update sqlite_schema set sql = replace(sql, ' check (verdict in (''new'', ''changed'', ''unchanged'', ''wrong'', ''missing''))', '') where type = 'table' and name = 'import_rows';
update sqlite_schema set sql = replace(sql, ' check (state in (''waiting'', ''done'', ''unchanged'', ''refused'', ''undone'', ''kept''))', '') where type = 'table' and name = 'import_rows';
update sqlite_schema set sql = replace(sql, ' check (state in (''staging'', ''staged'', ''checking'', ''checked'', ''running'', ''paused'', ''done'', ''undoing'', ''undone''))', '') where type = 'table' and name = 'imports';
update sqlite_schema set sql = replace(sql, ' check (state in (''waiting'', ''put-off'', ''accepted'', ''bounced'', ''given-up'', ''cancelled''))', '') where type = 'table' and name = 'mails';
update sqlite_schema set sql = replace(sql, ' check (purpose in (''add'', ''prove'', ''sign-in''))', '') where type = 'table' and name = 'passkey_ceremonies';
update sqlite_schema set sql = replace(sql, ' check (started_by in (''contact'', ''staff'', ''operator''))', '') where type = 'table' and name = 'resets';
update sqlite_schema set sql = replace(sql, ' check (state in (''queued'', ''done'', ''left-out'', ''cancelled''))', '') where type = 'table' and name = 'run_items';
update sqlite_schema set sql = replace(sql, ' check (act in (''invite'', ''access-on'', ''access-off'', ''activate'', ''deactivate'', ''assign-territory''))', '') where type = 'table' and name = 'runs';
update sqlite_schema set sql = replace(sql, ' check (state in (''running'', ''paused'', ''done'', ''cancelled''))', '') where type = 'table' and name = 'runs';
update sqlite_schema set sql = replace(sql, ' check (list in (''retailers'', ''contacts''))', '') where type = 'table' and name = 'runs';
update sqlite_schema set sql = replace(sql, ' check (stage in (''full'', ''second-factor''))', '') where type = 'table' and name = 'sessions';
update sqlite_schema set sql = replace(sql, ' check (changed_by in ('''', ''staff'', ''operator''))', '') where type = 'table' and name = 'sign_in_changes';
update sqlite_schema set sql = replace(sql, ' check (kind in (''admin'', ''rep'', ''dual''))', '') where type = 'table' and name = 'staff';
update sqlite_schema set sql = replace(sql, ' check (purpose in (''password'', ''second-factor''))', '') where type = 'table' and name = 'staff_resets';
update sqlite_schema set sql = replace(sql, ' check (list in (''retailers'', ''contacts''))', '') where type = 'table' and name = 'views';
pragma writable_schema = reset;
--: postgres
do $$
declare list record;
begin
    for list in select conrelid::regclass as of, conname from pg_constraint
        where contype = 'c' and connamespace = current_schema()::regnamespace and pg_get_constraintdef(oid) like '%= ANY (ARRAY[%'
    loop
        execute format('alter table %s drop constraint %I', list.of, list.conname);
    end loop;
end $$;
