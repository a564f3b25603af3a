//! The table. Rules are asked from the top; the first that fits counts.
//!
//! Phrases are written as [`super::normal`] makes them; `*` stands for any words
//! between. Sources, as their makers publish them:
//!
//! | short | source |
//! | --- | --- |
//! | RFC | RFC 3463 and 5248 with the registry of IANA (enhanced codes), 5321 4.2.3 and 7504 (codes), 7372 (5.7.20 to 5.7.26), 7505 (5.1.10) |
//! | Microsoft | "Email non-delivery reports and SMTP errors in Exchange Online"; for Outlook.com sendersupport.olc.protection.outlook.com/pm/troubleshooting |
//! | Google | "Gmail SMTP errors and codes", support.google.com/a/answer/3726730 |
//! | Yahoo | senders.yahooinc.com/smtp-error-codes |
//! | 1&1 | IONOS "Fehlermeldungen bei unzustellbarer E-Mail"; postmaster.gmx.net and postmaster.web.de "Fehlermeldungen" |
//! | Exim | its specification, chapters 43 (access control lists) and 44 (callouts), and cPanel's limits in it: "has exceeded the max emails per hour" |
//! | Postfix | postconf(5): `smtpd_*_restrictions`, `smtpd_*_login_maps`, `local_recipient_maps` |
//! | qmail | cr.yp.to/proto/qsbmf.txt and the texts of its qmail-smtpd, qmail-local, qmail-remote |
//! | SES | "SMTP response codes returned by Amazon SES"; "Errors related to the sending quotas" |
//! | SendGrid, Mailgun | their lists of SMTP errors |
//! | Telekom | postmaster.t-online.de; "Send quota exceeded" |
//! | Domino | its "not listed in Domino Directory" reports |

use super::{Class, Ours, Said, Stage};

/// Phrases that mean the same.
struct Phrases {
    class: Class,
    /// Any of these, with semicolons between.
    any: &'static str,
}

const WORDS: &[Phrases] = &[
    // A mailbox that is there: the limit of who receives, not of who sends
    // (Google 4.2.1 and 5.2.1, Yahoo 450, Microsoft 5.2.121, 5.2.122, 4.3.2), and
    // groups and mailboxes that only some may write to (Microsoft RESOLVER.RST).
    Phrases {
        class: Class::Mailbox,
        any: "receiving mail too quickly; receiving mail at a rate; receive limit exceeded; \
              recipient thread limit exceeded; recipient * exceeded * receiving; resolver rst",
    },
    // Full, or switched off for a while (RFC 5.2.1 may be transient).
    Phrases {
        class: Class::Mailbox,
        any: "mailbox full; mailbox is full; mail box full; inbox full; inbox is full; \
              mailbox size limit exceeded; over quota; overquota; over its quota; over storage quota; \
              is over quota; mailbox quota; mailbox exceeds; mailbox has exceeded; exceeded storage; \
              exceeds * quota; exceeded * storage; out of storage; storage full; disk quota exceeded; \
              temporarily disabled; temporarily suspended; temporarily locked; postfach voll; \
              postfach ist voll; speichervolumen; speicherplatz; zuviele mails; zu viele mails",
    },
    // How much we send: Exim with cPanel, Google 5.4.5, Microsoft 5.1.90 and the
    // submission quota, SES 454, Mailgun, SendGrid 451, 1&1, Yahoo TSS04.
    Phrases {
        class: Class::Ours(Ours::Limit),
        any: "max emails per hour; max defers and failures per hour; sending limit; sending limits; \
              send limit; sending quota; send quota; sending rate; relay limit; outgoing mail limit; \
              outgoing message limit; message submission rate; submission quota; \
              submissionquotaexceededexception; submissionquotaexceeded; daily limit; \
              daily message quota; daily message limit; hourly limit; hourly message limit; \
              throttling failure; rate limit; rate limited; ratelimit; recipient limit exceeded; \
              too many recipients * hour; too many messages * hour; too many emails * hour; \
              too many mails * hour; too many messages from you; too many mails from you; \
              too many emails from you; messages per hour; messages per day; emails per day; \
              mails per hour; maximum credits exceeded; exceeded your * limit; \
              unusual sending activity; unusual rate of unsolicited mail; unexpected volume; \
              nachrichtenlimit; versandlimit",
    },
    // Whose quota, when no more is said: of what is received, everywhere but above.
    Phrases {
        class: Class::Mailbox,
        any: "quota exceeded; quota limit exceeded; exceeded quota; exceeded its quota",
    },
    // Nobody may write from here: Postfix, Exim, qmail's rcpthosts, Microsoft
    // 5.7.54 and 5.7.64, Google's relay.
    Phrases {
        class: Class::Ours(Ours::Relay),
        any: "relay access denied; relay denied; relaying denied; relay not permitted; \
              relaying not permitted; relay not allowed; relaying not allowed; relaying is not allowed; \
              relaying is prohibited; relaying prohibited; relaying disallowed; not permitted to relay; \
              not allowed to relay; unable to relay; cannot relay; do not relay; does not relay; \
              no relaying; list of allowed rcpthosts; not authorized to relay; not a relay",
    },
    // Before a list, because lists are named in these too: how we sign in
    // (RFC 4954, Microsoft 5.7.57, POP before SMTP).
    Phrases {
        class: Class::Ours(Ours::SignIn),
        any: "authentication required; authentication is required; authentication needed; \
              must authenticate; must be authenticated; need to authenticate; please authenticate; \
              authenticate first; not authenticated to send; was not authenticated; smtp auth required; \
              requires authentication; must log in first; must login first; log in first; \
              get your mail before; check your mail before; must issue a starttls command first; \
              anmeldung erforderlich; nicht authentifiziert",
    },
    // Whose mail it is: RFC 7372, Google 5.7.26 and 5.7.27, Yahoo, Microsoft
    // 5.7.509 and 5.7.515, 1&1.
    Phrases {
        class: Class::Ours(Ours::Proof),
        any: "spf; dkim; dmarc; sender policy framework; email is unauthenticated; \
              message is unauthenticated; unauthenticated email; authentication checks; \
              required authentication level; not accepted for policy reasons",
    },
    // From whom: Postfix, Exim's verification, Microsoft SendAsDenied and 5.7.60,
    // SES and SendGrid on senders that aren't verified, Mailgun.
    Phrases {
        class: Class::Ours(Ours::Sender),
        any: "sender verify failed; sender verify fail; sender verification failed; \
              sender verification error; could not complete sender verify; sender callout; \
              sender address rejected; sender address is not allowed; sender address not allowed; \
              sender address * does not exist; sender rejected; sender denied; sender not allowed; \
              sender is not allowed; sender unknown; unknown sender; invalid sender; bad sender; \
              sender domain; domain of sender; sender identity; envelope sender; sender not owned; \
              not owned by user; not owned by auth user; address not owned; sendasdenied; \
              send as this sender; send as denied; not allowed to send as; not authorized to send as; \
              not authorized to send from; not allowed to send; not permitted to send; \
              not authorised to send; not authorized to send; permission to send; \
              from address * verified; email address is not verified; address is not verified; \
              addresses are not verified; sending has been disabled; sending is disabled; \
              sending suspended; account * not allowed to send; absender",
    },
    // That we are shut out, whatever for.
    Phrases { class: Class::Ours(Ours::Refused), any: "your account; your domain" },
    // What our server is: lists and reputation (Spamhaus and others, Microsoft
    // S3140 and 5.7.606 to 5.7.649, 1&1), its name backwards (Google 5.7.25).
    Phrases {
        class: Class::Ours(Ours::Listed),
        any: "spamhaus; dnsbl; spamcop; sorbs; uceprotect; barracudacentral; surbl; rbl; blocked using; \
              listed at; listed by; listed in dns; blacklist; blacklisted; black listed; blacklisting; \
              blocklist; blocklisted; block list; block listed; banned sending ip; banned sender; \
              reputation; your ip address; your ip is; your ip has; ip address * blocked; \
              ip * has been blocked; sending ip; traffic not accepted from this ip; \
              client host rejected; client host * blocked; helo command rejected; invalid helo; \
              bad helo; reverse dns; reverse hostname; rdns; ptr record; ptr resource record; dns ptr; \
              cannot find your hostname; excessive unknown recipients",
    },
    // Their policy about this mail.
    Phrases {
        class: Class::TheirServer,
        any: "spam; virus; malware; phishing; message size; message too large; greylist; greylisted; \
              greylisting; graylisted; too many connections; too many concurrent; \
              concurrent connections; concurrent smtp connections; hop count",
    },
    // Nobody is there: Postfix, Exim, sendmail, qmail ("no mailbox here by that
    // name"), Google 5.1.1 and 5.2.1, Yahoo's 554, 1&1 and T-Online, Microsoft
    // RESOLVER.ADR and 5.4.310, Domino.
    Phrases {
        class: Class::NoMailbox,
        any: "user unknown; unknown user; user is unknown; user not known; user not found; \
              no such user; no such person; invalid user; user does not exist; user doesn t exist; \
              user * doesn t have a * account; user doesn t have; unknown or illegal user; \
              not a known user; not a valid user; no such mailbox; no such mail drop; \
              mailbox not found; mailbox unknown; unknown mailbox; invalid mailbox; \
              not a valid mailbox; mailbox does not exist; mailbox doesn t exist; mailbox disabled; \
              mailbox is disabled; mailbox inactive; mailbox is inactive; mailbox no longer; \
              no mailbox by that name; no mailbox here; no mail box available for this user; \
              recipient unknown; unknown recipient; recipient not found; \
              recipient * not found by smtp address lookup; no such recipient; invalid recipient; \
              not a valid recipient; recipient does not exist; recipient doesn t exist; \
              recipientnotfound; recipnotfound; address unknown; unknown address; \
              unknown email address; address not found; no such address; no such email address; \
              address does not exist; address doesn t exist; address you entered couldn t be found; \
              address couldn t be found; addressee unknown; no longer accepts mail; unknown local part; \
              unknown or illegal alias; account that you tried to reach does not exist; \
              account that you tried to reach is disabled; account that you tried to reach is inactive; \
              no account by that name; no account here; not listed in domino directory; \
              not listed in public name address book; not our customer; no one by that name; \
              no such domain; dns domain * does not exist; recipient domain does not exist; \
              nonexistentdomain; couldn t find any host by that name; benutzer unbekannt; \
              benutzer nicht bekannt; unbekannter benutzer; empfänger unbekannt; unbekannter empfänger; \
              empfänger existiert nicht; adresse existiert nicht; adresse unbekannt; \
              postfach existiert nicht; postfach unbekannt",
    },
];

/// Whose account? The customer's, if the code or a report says so; a relay may
/// speak of ours.
const ACCOUNTS: &str = "user is inactive; user inactive; user disabled; user is disabled; user account is disabled; \
    account does not exist; account doesn t exist; no such account; unknown account; invalid account; \
    account not found; account disabled; account is disabled; account has been disabled; \
    account closed; account is inactive; account inactive";
/// How Exchange Online says that a domain knows nobody of that name; the same
/// words with another code are a policy (Microsoft, "Fix NDR error 5.4.1").
const ACCESS_DENIED: &str = "recipient address rejected access denied";
/// What Outlook.com, Hotmail, GMX and IONOS say of addresses that aren't there.
/// It is also the sample of RFC 5321 for any 550, so with a code of policy
/// (5.7.x) or of another kind it says nothing.
const UNAVAILABLE: &str = "requested action not taken mailbox unavailable";

/// What the words say.
pub(super) fn by_words(said: &Said<'_>, words: &str) -> Option<Class> {
    let rule = WORDS.iter().find(|rule| holds_any(words, rule.any));
    let subject = said.status.map(|[_, subject, detail]| (subject, detail));
    rule.map(|rule| rule.class).or_else(|| {
        let of_theirs = said.stage == Stage::Report || matches!(subject, Some((1 | 2, _)));
        let nobody = (of_theirs && holds_any(words, ACCOUNTS))
            || (holds(words, ACCESS_DENIED) && subject == Some((4, 1)))
            || (holds(words, UNAVAILABLE)
                && said.code.is_none_or(|code| code == 550)
                && matches!(said.stage, Stage::Recipient | Stage::Report)
                && subject.is_none_or(|(subject, _)| matches!(subject, 0 | 1 | 5)));
        nobody.then_some(Class::NoMailbox)
    })
}

/// Codes of SMTP that say enough by themselves (RFC 4954; 7504 and 7505: a
/// domain that takes no mail).
pub(super) const fn by_code(code: Option<u16>) -> Option<Class> {
    match code {
        Some(530 | 534 | 535 | 538) => Some(Class::Ours(Ours::SignIn)),
        Some(556) => Some(Class::NoMailbox),
        _ => None,
    }
}

/// What an enhanced code says (RFC 3463 and the registry; from x.y.50 on those
/// of Microsoft and Google).
pub(super) const fn by_status([class, subject, detail]: [u16; 3]) -> Option<Class> {
    Some(match (class, subject, detail) {
        (_, 1, 1 | 2 | 6 | 10) => Class::NoMailbox,
        (_, 1, 7 | 8) | (_, 7, 27 | 60 | 750) => Class::Ours(Ours::Sender),
        (_, 1, 90) | (5, 4, 5) | (_, 7, 28 | 508 | 705) => Class::Ours(Ours::Limit),
        (_, 2, _) | (_, 7, 124 | 129..=137) => Class::Mailbox,
        (_, 7, 8 | 57 | 139) => Class::Ours(Ours::SignIn),
        (_, 7, 9 | 20..=24 | 26 | 509 | 515) => Class::Ours(Ours::Proof),
        (_, 7, 25 | 501..=504 | 511..=514 | 606..=649 | 708) => Class::Ours(Ours::Listed),
        (_, 7, 54 | 64) => Class::Ours(Ours::Relay),
        (_, 3 | 4 | 6 | 7, _) => Class::TheirServer,
        _ => return None,
    })
}

/// What is left when nothing else is said (RFC 5321, 4.2.3).
pub(super) fn by_bare_code(said: &Said<'_>) -> Option<Class> {
    match (said.code?, said.stage) {
        (552, Stage::Recipient | Stage::Report) => Some(Class::Mailbox),
        (400..=499, _) => Some(Class::TheirServer),
        _ => None,
    }
}

/// Whether somebody who sends is spoken of.
pub(super) fn speaks_of_a_sender(words: &str) -> bool {
    ["sender", "senders", "return path", "envelope from", "mail from", "from address"]
        .into_iter()
        .any(|phrase| holds(words, phrase))
}

/// Whether words hold one of some phrases.
fn holds_any(words: &str, phrases: &str) -> bool {
    phrases.split("; ").any(|phrase| holds(words, phrase))
}

/// Whether words hold a phrase, whole words only; `*` is a gap.
fn holds(words: &str, phrase: &str) -> bool {
    let mut rest = words;
    phrase.split(" * ").all(|part| {
        let found = rest.match_indices(part).find(|(at, _)| {
            let (before, after) = (&rest[..*at], &rest[at + part.len()..]);
            before.ends_with(' ') && after.starts_with(' ')
        });
        found.is_some_and(|(at, _)| {
            rest = &rest[at + part.len()..];
            true
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::answers::normal;

    #[test]
    fn phrases_are_written_as_words_are_read() {
        let phrases = WORDS.iter().map(|rule| rule.any).chain([ACCOUNTS, ACCESS_DENIED, UNAVAILABLE]);
        let phrases = phrases.flat_map(|some| some.split("; "));
        for phrase in phrases {
            for part in phrase.split(" * ") {
                assert_eq!(normal(part), format!(" {part} "), "{phrase}");
            }
        }
    }

    #[test]
    fn phrases_are_found_as_whole_words_with_gaps() {
        assert!(holds(" 550 user unknown in table ", "user unknown"));
        assert!(holds(" user unknown ", "user unknown"));
        assert!(!holds(" superuser unknown ", "user unknown"));
        assert!(!holds(" unlimited sending limitless ", "sending limit"));
        assert!(holds(" too many messages sent in this hour ", "too many messages * hour"));
        assert!(!holds(" hour of too many messages ", "too many messages * hour"));
        assert!(!holds(" user ", "user unknown") && !holds(" ", "user"));
    }
}
