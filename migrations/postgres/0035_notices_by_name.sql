-- Notices tell of new recovery codes, too. What they may tell of is for the program to say.
alter table sign_in_changes drop constraint sign_in_changes_change_check;
