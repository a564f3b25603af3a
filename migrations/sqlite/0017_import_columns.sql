-- Rows of imports are compared by account number without blanks and the zeros before it, too; and no column is kept that nobody said anything of.
alter table import_rows add column account_bare text;
update import_rows set account_bare = coalesce(nullif(ltrim(replace(account_key, ' ', ''), '0'), ''), '0') where account_key is not null;
drop index import_rows_by_account;
create index import_rows_by_account on import_rows (import_id, account_bare, place);
create index retailers_by_bare_number on retailers (coalesce(nullif(ltrim(replace(account_number_key, ' ', ''), '0'), ''), '0'));

-- Which columns of a file are kept: those that hold a field.
update imports set found = json_set(found, '$.kept', json(coalesce(
    (select json_group_array(cast(c.key as integer)) from json_each(imports.choices, '$.columns') c where c.type <> 'null'), '[]')));

-- Of rows that are there already the others are emptied: a column of passwords under a heading that was not known was kept as it was typed.
update import_rows set cells = json_set(cells, '$.texts', json(coalesce(
    (select json_group_array(case when json_extract(i.choices, '$.columns[' || t.key || ']') is null then '' else t.value end)
     from imports i, json_each(import_rows.cells, '$.texts') t where i.id = import_rows.import_id), '[]')));
