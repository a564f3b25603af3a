-- What the office changes while Tradepost runs: settings, and the words of mails.

-- Without a value the setting is back to its default; who did that stays known.
create table settings (
    name text not null primary key,
    value text,
    version {number} not null,
    changed_at {time} not null,
    staff_id {id} references staff (id)
) {strict};

-- Every version is kept. Without words it is the built-in ones again.
create table wordings (
    kind text not null,
    language text not null,
    number {number} not null,
    subject_line text,
    body_text text,
    body_html text,
    restored {number},
    saved_at {time} not null,
    staff_id {id} references staff (id),
    primary key (kind, language, number)
) {strict};

-- What a test mail shows.
create table test_mails (
    mail_id {id} not null primary key references mails (id) on delete cascade,
    shown text not null
) {strict};
