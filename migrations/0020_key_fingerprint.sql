-- The key that belongs to this database: a keyed digest, which tells another key apart and says nothing
-- about the key. The key itself is in the file of security.key_file and never here.
create table key_fingerprints (
    name text not null primary key check (name = 'installation'),
    fingerprint {bytes} not null,
    since {number} not null
) {strict};
