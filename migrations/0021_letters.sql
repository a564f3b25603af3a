-- Words of mails as people write them: a subject, paragraphs and a button's words, as JSON by the
-- names of their places. A version has either these or templates.
alter table wordings add column letter text;
