-- Rows of imports are compared by account number without blanks and the zeros before it, too; and no column is kept that nobody said anything of.
alter table import_rows add column account_bare {key};
update import_rows set account_bare = coalesce(nullif(ltrim(replace(account_key, ' ', ''), '0'), ''), '0') where account_key is not null;
drop index import_rows_by_account;
create index import_rows_by_account on import_rows (import_id, account_bare, place);
create index retailers_by_bare_number on retailers (coalesce(nullif(ltrim(replace(account_number_key, ' ', ''), '0'), ''), '0'));

-- Which columns of a file are kept: those that hold a field.
--: sqlite
update imports set found = json_set(found, '$.kept', json(coalesce(
    (select json_group_array(cast(c.key as integer)) from json_each(imports.choices, '$.columns') c where c.type <> 'null'), '[]')));

-- Of rows that are there already the others are emptied: a column of passwords under a heading that was not known was kept as it was typed.
update import_rows set cells = json_set(cells, '$.texts', json(coalesce(
    (select json_group_array(case when json_extract(i.choices, '$.columns[' || t.key || ']') is null then '' else t.value end)
     from imports i, json_each(import_rows.cells, '$.texts') t where i.id = import_rows.import_id), '[]')));
--: postgres
update imports set found = jsonb_set(found::jsonb, '{kept}', coalesce(
    (select jsonb_agg(c.place - 1 order by c.place) from jsonb_array_elements(imports.choices::jsonb -> 'columns') with ordinality c (field, place)
     where jsonb_typeof(c.field) <> 'null'), '[]'::jsonb))::text;

-- Of rows that are there already the others are emptied: a column of passwords under a heading that was not known was kept as it was typed.
update import_rows set cells = jsonb_set(cells::jsonb, '{texts}', coalesce(
    (select jsonb_agg(case when coalesce(jsonb_typeof(i.choices::jsonb -> 'columns' -> (t.place::integer - 1)), 'null') = 'null'
             then '""'::jsonb else t.cell end order by t.place)
     from imports i, jsonb_array_elements(import_rows.cells::jsonb -> 'texts') with ordinality t (cell, place)
     where i.id = import_rows.import_id), '[]'::jsonb))::text;
--: both
