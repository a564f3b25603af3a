-- What the office changes while Tradepost runs: settings, and the words of mails.

-- Without a value the setting is back to its default; who did that stays known.
create table settings (
    name text not null primary key,
    value text,
    version bigint not null,
    changed_at bigint not null,
    staff_id uuid references staff (id)
);

-- Every version is kept. Without words it is the built-in ones again.
create table wordings (
    kind text not null,
    language text not null,
    number bigint not null,
    subject_line text,
    body_text text,
    body_html text,
    restored bigint,
    saved_at bigint not null,
    staff_id uuid references staff (id),
    primary key (kind, language, number)
);

-- What a test mail shows.
create table test_mails (
    mail_id uuid not null primary key references mails (id) on delete cascade,
    shown text not null
);
