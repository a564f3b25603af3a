//! Every configuration key on one page.

/// A key of the configuration.
#[derive(Debug)]
pub struct Key {
    /// `section.name` in the file; `TRADEPOST_SECTION__NAME` in the environment.
    pub name: &'static str,
    /// The value when none is given; empty where the meaning says what then.
    pub default: &'static str,
    /// What it decides.
    pub meaning: &'static str,
}

/// What a supplier is called who has not been named yet.
pub const UNNAMED: &str = "Our company";

/// Every key, in the order `tradepost config print` shows them.
pub const KEYS: &[Key] = &[
    key("supplier.name", UNNAMED, "The supplier's name, on every page and in every mail."),
    key(
        "supplier.accent",
        "",
        "The colour of buttons and links on pages and in mails, such as #1f3a93; a light one gets dark words. Without it: Tradepost's own.",
    ),
    key(
        "supplier.telephone",
        "",
        "The telephone number customers call, such as +44 20 7946 0018; on every page and in every mail that says so.",
    ),
    key(
        "supplier.imprint_url",
        "",
        "The page that says who you are (imprint, legal notice), such as https://harbour.example/imprint; linked at the foot of pages and mails.",
    ),
    key("supplier.privacy_url", "", "Your privacy policy; linked at the foot of pages and mails."),
    key("supplier.terms_url", "", "Your terms; linked at the foot of pages and mails."),
    key("supplier.language", "en", "The language of people who have not chosen one: en or de."),
    key("supplier.languages", "en,de", "The languages that are offered, separated by commas."),
    key("supplier.time_zone", "UTC", "The zone in which mails state times, such as Europe/Berlin."),
    key("http.listen", "127.0.0.1:8080", "The address and port to listen on."),
    key(
        "http.metrics_listen",
        "",
        "An address and port of its own for GET /metrics (Prometheus), such as 127.0.0.1:9464; not for the world. Without it there are none.",
    ),
    key(
        "http.public_url",
        "",
        "Where people reach the website, such as https://shop.harbour.example. Without it: http:// and http.listen.",
    ),
    key(
        "http.trusted_proxies",
        "",
        "Addresses and networks of the proxies in front, separated by commas, such as 127.0.0.1, 10.0.0.0/8, fd00::/8; their X-Forwarded-For is believed.",
    ),
    key(
        "http.drain",
        "5s",
        "How long a node that was asked to stop (SIGTERM) says so at /readyz and goes on answering before it stops: \
         0s to 5m; longer than the proxy takes to notice. A second signal, or ctrl-c, ends it at once.",
    ),
    key(
        "http.hsts_subdomains",
        "false",
        "Whether browsers are to use https for every name below the website's, too (HSTS with includeSubDomains, RFC 6797). Only when all of them have it.",
    ),
    key(
        "database.url",
        "sqlite:tradepost.db",
        "sqlite:PATH, or postgres://user:password@host/name for several nodes; parameters such as ?sslmode=verify-full are told in docs/configuration.md.",
    ),
    key(
        "mail.smtp_url",
        "smtp://localhost:25",
        "The mail server: smtp://, smtp+starttls:// or smtps://, with user:password@ if it asks for them.",
    ),
    key(
        "mail.from",
        "",
        "Who mails are from, such as Harbour Wholesale <orders@harbour.example>. Needed unless the mail server is on this machine.",
    ),
    key(
        "mail.include_username",
        "false",
        "Whether every mail with a temporary password also names the username. Invitations: invitation.username.",
    ),
    key(
        "mail.bounce_address",
        "",
        "Where delivery reports come back, such as bounces@harbour.example; each mail gets one of its own with a + \
         (see docs/bounces.md). Without it: mail.from.",
    ),
    key("mail.templates", "", "A folder whose templates stand in for the built-in ones (see docs/mails.md)."),
    key("reset.valid_for", "48h", "How long a temporary password lives: 10m to 30d."),
    key(
        "reset.mode",
        "parallel",
        "parallel: the current password works until a new one is chosen. replace: a reset by staff stops it at once; \
         what anyone can ask for never does.",
    ),
    key(
        "invitation.username",
        "own-mail",
        "How who is invited learns their username. own-mail: in a mail of its own once the invitation was taken. \
         same-mail: in the invitation. never: from elsewhere.",
    ),
    key("password.min_length", "8", "The fewest characters of a contact's password: 8 to 64."),
    key(
        "password.breached_file",
        "",
        "A list of stolen passwords, which nobody may choose: SHA-1 lines in ascending order, as the well-known \
         lists are given out, or plain text (see docs/security.md).",
    ),
    key("password.memory_kib", "19456", "Memory of one password hash (Argon2id), in KiB."),
    key("password.iterations", "2", "Passes over that memory."),
    key(
        "password.threads",
        "",
        "Hashes worked on at once, beside the thread that makes temporary passwords; each takes its memory at first \
         use. Without it: the processor's cores, 4 at most.",
    ),
    key(
        "hooks.bounce_secret",
        "",
        "What a program must know to hand in delivery reports at POST /hooks/bounce: 16 characters or more. Without it the address answers not found.",
    ),
    key(
        "security.key_file",
        "",
        "The file with the key that seals the secrets of authenticator apps and signs return paths; made at the \
         first start. Without it: beside the SQLite database, its name ending in .key; with PostgreSQL no \
         authenticator app can be set up.",
    ),
    key(
        "limits.name",
        "20, then 1m x2 up to 1d, 50 at most, forgotten after 30d",
        "Wrong passwords for one name from everywhere but known devices.",
    ),
    key(
        "limits.name_near",
        "6, then 1m x4 up to 1d, 18 at most, forgotten after 30d",
        "The same from one IPv4 address or IPv6 network of 64 bits; fewer at most than limits.name has free.",
    ),
    key(
        "limits.name_middle",
        "9, then 1m x4 up to 1d, 19 at most, forgotten after 30d",
        "The same from one IPv6 network of 56 bits.",
    ),
    key(
        "limits.name_wide",
        "12, then 1m x4 up to 1d, 19 at most, forgotten after 30d",
        "The same from one IPv4 network of 24 bits or IPv6 network of 48 bits.",
    ),
    key(
        "limits.device",
        "10, then 1m x2 up to 1h, 50 at most, forgotten after 30d",
        "Wrong passwords from one known device; then it counts as any other.",
    ),
    key(
        "limits.network_near",
        "100 in 1h",
        "Wrong passwords from one IPv4 address or IPv6 network of 64 bits, whatever the name.",
    ),
    key("limits.network_middle", "200 in 1h", "The same from one IPv6 network of 56 bits."),
    key(
        "limits.network_wide",
        "400 in 1h",
        "The same from one IPv4 network of 24 bits or IPv6 network of 48 bits.",
    ),
    key(
        "limits.mail",
        "6, then 5m x2 up to 1h, forgotten after 1d",
        "Mails that anyone can have sent by a contact’s name: forgotten passwords and usernames.",
    ),
    key(
        "limits.mail_near",
        "3, then 5m x2 up to 1h, forgotten after 1d",
        "The same from one IPv4 address or IPv6 network of 64 bits, and from an invitation’s page.",
    ),
    key(
        "limits.mail_middle",
        "4, then 5m x2 up to 1h, forgotten after 1d",
        "The same from one IPv6 network of 56 bits.",
    ),
    key(
        "limits.mail_wide",
        "5, then 5m x2 up to 1h, forgotten after 1d",
        "The same from one IPv4 network of 24 bits or IPv6 network of 48 bits.",
    ),
    key(
        "limits.asking_near",
        "300 in 1h",
        "Requests for such mails from one IPv4 address or IPv6 network of 64 bits, whatever the name.",
    ),
    key("limits.asking_middle", "600 in 1h", "The same from one IPv6 network of 56 bits."),
    key(
        "limits.asking_wide",
        "1200 in 1h",
        "The same from one IPv4 network of 24 bits or IPv6 network of 48 bits.",
    ),
    key(
        "limits.mailbox",
        "12 in 1h",
        "Such mails to one mailbox that several contacts share, beside the first to each of them.",
    ),
    key(
        "limits.staff_mail",
        "6, then 5m x1 up to 5m, forgotten after 1d",
        "Mails with a link and a code that anyone can have sent to a staff user: so often that one is always good.",
    ),
    key(
        "limits.confirm_contact",
        "5 in 1d",
        "Mails that ask whether a new address is right, for one contact.",
    ),
    key("limits.confirm_address", "3 in 1d", "The same to one address, whoever asks."),
    key(
        "limits.by_staff_contact",
        "6 in 1h",
        "Resets and invitations one staff user sends to one contact; runs have a pace of their own.",
    ),
    key("limits.by_staff", "120 in 1h", "The same to all contacts together."),
    key("sessions.contact_idle", "30d", "How long a contact stays signed in without coming by: 10m to 30d."),
    key("sessions.contact_lasts", "30d", "How long they do at most: 10m to 180d."),
    key(
        "sessions.staff_idle",
        "12h",
        "How long a staff user stays signed in in a browser without coming by: 10m to 7d.",
    ),
    key("sessions.staff_lasts", "7d", "How long they do at most: 10m to 30d."),
    key(
        "sessions.device_idle",
        "30d",
        "How long a device with the sales app or at the API stays signed in without reaching the server: 1h to 90d.",
    ),
    key("sessions.device_lasts", "180d", "How long it does at most: 1h to 365d."),
    key(
        "staff.second_factor_days",
        "14",
        "The days of grace after which staff must have a second factor: 0 to 90, or never. It counts when the database is made; afterwards the roles say so.",
    ),
    key("retention.sessions", "90d", "How long a session is kept after it has ended: 1d or more."),
    key(
        "retention.mails",
        "400d",
        "How long the address and the mail server’s answer of a mail are kept after it has ended: 30d or more.",
    ),
    key(
        "retention.addresses",
        "400d",
        "How long the audit trail keeps from which IP address something was done: 1d or more.",
    ),
    key(
        "retention.audit",
        "",
        "How long entries of the audit trail are kept: 365d or more. Without it: for good.",
    ),
    key(
        "audit.heads_file",
        "",
        "A file to which the signed end of the audit trail is added from time to time, in a place that whoever owns \
         the database can't change (see docs/audit.md).",
    ),
    key("audit.heads_mail", "", "An address to which it is mailed."),
    key("audit.heads_webhook", "", "An https address to which it is posted as JSON."),
    key("audit.heads_every", "24h", "How often: 1h to 30d."),
    key(
        "audit.log",
        "",
        "Where each entry of the audit trail is written as a line of JSON for a log server: stdout, or a file. Without it: nowhere.",
    ),
    key("log.level", "info", "error, warn, info, debug or trace; or a filter such as tradepost=debug."),
    key("log.format", "text", "text for people, json for machines."),
];

const fn key(name: &'static str, default: &'static str, meaning: &'static str) -> Key {
    Key { name, default, meaning }
}

/// The key with this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The known key that was probably meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let last = name.rsplit('.').next().unwrap_or(name);
    KEYS.iter()
        .map(|key| {
            (
                distance(key.name, name)
                    .min(distance(key.name.rsplit('.').next().unwrap_or(key.name), last) + 1),
                key.name,
            )
        })
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, name)| name)
}

/// The key that a variable without the two underscores probably means:
/// `TRADEPOST_DATABASE_URL`.
pub(super) fn nearest_flat(name: &str) -> Option<&'static str> {
    let near = |key: &Key| (distance(&key.name.replace('.', "_"), name), key.name);
    let nearest = KEYS.iter().map(near).filter(|(distance, _)| *distance <= 2).min();
    nearest.map(|(_, name)| name)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_the_manual() {
        let manual = include_str!("../../docs/configuration.md");
        for key in KEYS {
            let line = manual.lines().find(|line| line.starts_with(&format!("| `{}` |", key.name)));
            assert!(line.is_some_and(|line| line.contains(key.default)), "{}", key.name);
        }
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_key() {
        assert_eq!(nearest("http.listn"), Some("http.listen"));
        assert_eq!(nearest("mail.smtp-url"), Some("mail.smtp_url"));
        assert_eq!(nearest("smtp.smtp_url"), Some("mail.smtp_url"));
        assert_eq!(nearest("something.else_entirely"), None);
    }

    #[test]
    fn a_variable_with_one_underscore_finds_its_key_and_those_of_others_find_none() {
        assert_eq!(nearest_flat("database_url"), Some("database.url"));
        assert_eq!(nearest_flat("http_lissten"), Some("http.listen"));
        for others in
            ["service_host", "service_port", "service_port_http", "port", "port_8080_tcp_addr", "bin"]
        {
            assert_eq!(nearest_flat(others), None, "{others}");
        }
    }
}
