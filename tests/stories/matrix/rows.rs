//! The rows of the matrix: who gets through to what. An address that
//! `routes::addresses` knows and that has no row fails the story.

use tradepost::actor::{Act, Level, Permissions, Reach};

use super::PASSWORD;

/// Who an address is for.
#[derive(Clone, Copy)]
pub enum For {
    /// Anyone, signed in or not.
    Anyone,
    /// A contact with a password of their own.
    Contact,
    /// A contact, even one who must choose a password.
    Choosing,
    /// Staff at the portal, with these rights.
    Portal(Rights),
    /// Staff at the sales app, with these rights.
    Sales(Rights),
    /// Staff at the API, with these rights, by a device of theirs.
    Api(Rights),
    /// Whoever has a device, even if they must set up a second factor.
    Device,
    /// A contact at the API, by the token of their session.
    ApiContact,
    /// The same, even one who must choose a password.
    ApiChoosing,
    /// Programs that know a secret; none is set, so there is nothing.
    Program,
    /// Nobody: only `tradepost demo` has it.
    Demo,
}

pub type Rights = fn(&Permissions) -> bool;

/// What the ids of an address name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Nobody's in particular.
    Nothing,
    /// A customer in North.
    Customer,
    /// Something of one staff user's own, who is none of those who come.
    Own,
}

pub struct Row {
    pub method: &'static str,
    pub address: &'static str,
    pub whom: For,
    pub about: About,
    /// A form that could be taken.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Row {
    /// Whether programs come to it.
    pub fn is_of_api(&self) -> bool {
        self.address.starts_with("/api/v1/")
    }

    /// Whether it is a page of the second factor of whoever comes, or asks who
    /// they are before one.
    pub fn is_of_second_factor(&self) -> bool {
        ["/portal", "/sales"].iter().any(|door| {
            let rest = self.address.strip_prefix(door).unwrap_or_default();
            ["/second-factor", "/me/second-factor", "/confirm"].iter().any(|page| rest.starts_with(page))
        })
    }
}

const fn get(address: &'static str, whom: For, about: About) -> Row {
    Row { method: "GET", address, whom, about, fields: &[] }
}

const fn post(
    address: &'static str,
    whom: For,
    about: About,
    fields: &'static [(&'static str, &'static str)],
) -> Row {
    Row { method: "POST", address, whom, about, fields }
}

pub fn any(_: &Permissions) -> bool {
    true
}
pub fn sees(it: &Permissions) -> bool {
    it.customers >= Level::Read
}
pub fn edits(it: &Permissions) -> bool {
    it.customers >= Level::Write
}
fn may(it: &Permissions, act: Act) -> bool {
    it.acts.contains(&act)
}
pub fn resets(it: &Permissions) -> bool {
    sees(it) && may(it, Act::TriggerReset)
}
pub fn signs_in(it: &Permissions) -> bool {
    sees(it) && may(it, Act::ChangeSignIn)
}
fn both(it: &Permissions) -> bool {
    edits(it) && may(it, Act::ChangeSignIn)
}
fn erases(it: &Permissions) -> bool {
    both(it) && it.reach == tradepost::actor::Reach::AllRetailers
}
fn invites(it: &Permissions) -> bool {
    resets(it) && may(it, Act::BulkInvite)
}
fn imports(it: &Permissions) -> bool {
    edits(it) && may(it, Act::Import) && may(it, Act::ChangeSignIn) && it.reach == Reach::AllRetailers
}
fn exports(it: &Permissions) -> bool {
    sees(it) && may(it, Act::Export)
}
fn audits(it: &Permissions) -> bool {
    may(it, Act::ViewAudit)
}
fn audit_files(it: &Permissions) -> bool {
    audits(it) && may(it, Act::Export)
}
fn all_mail(it: &Permissions) -> bool {
    sees(it) && it.reach == tradepost::actor::Reach::AllRetailers
}
fn lifts_networks(it: &Permissions) -> bool {
    all_mail(it) && may(it, Act::ChangeSignIn)
}
fn sees_staff(it: &Permissions) -> bool {
    it.staff >= Level::Read
}
fn arranges(it: &Permissions) -> bool {
    it.staff >= Level::Write
}
fn manages(it: &Permissions) -> bool {
    arranges(it) && may(it, Act::ManageStaff)
}

fn sees_settings(it: &Permissions) -> bool {
    it.settings >= Level::Read
}
fn sets(it: &Permissions) -> bool {
    it.settings >= Level::Write
}

const WORDS: &[(&str, &str)] = &[("subject", "s"), ("text", "t"), ("html", "h"), ("version", "0")];
/// An answer to no challenge.
const PASSKEY: &[(&str, &str)] = &[("proof_ceremony", "x"), ("proof_passkey", "y")];
const NEVER: &str = "0192c6c3-0000-7000-8000-000000000000";

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table: an address a line")]
pub fn rows() -> Vec<Row> {
    use About::{Customer, Nothing, Own};
    use For::{Anyone, Choosing, Contact, Demo, Portal, Program, Sales};
    vec![
        get("/", Contact, Nothing),
        get("/brand.css", Anyone, Nothing),
        get("/brand/logo.png", Anyone, Nothing),
        get("/login", Anyone, Nothing),
        post("/login", Anyone, Nothing, &[("username", "x"), ("password", "y")]),
        post("/logout", Anyone, Nothing, &[]),
        get("/forgot-password", Anyone, Nothing),
        post("/forgot-password", Anyone, Nothing, &[("username", "x")]),
        get("/forgot-password/sent", Anyone, Nothing),
        get("/forgot-username", Anyone, Nothing),
        post("/forgot-username", Anyone, Nothing, &[("email", "x")]),
        get("/forgot-username/sent", Anyone, Nothing),
        get("/password", Choosing, Nothing),
        post("/password", Choosing, Nothing, &[("current_password", "x"), ("new_password", "y"), ("confirm_password", "z")]),
        get("/invitation/{token}", Anyone, Nothing),
        post("/invitation/{token}", Anyone, Nothing, &[]),
        get("/invitation/{token}/sent", Anyone, Nothing),
        get("/not-me/{token}", Anyone, Nothing),
        post("/not-me/{token}", Anyone, Nothing, &[]),
        get("/account", Contact, Nothing),
        get("/account/edit", Contact, Nothing),
        post("/account/name", Contact, Nothing, &[("name", "")]),
        post("/account/email", Contact, Nothing, &[("email", "x"), ("current_password", "y")]),
        get("/account/email/confirm/{token}", Anyone, Nothing),
        post("/account/email/confirm/{token}", Anyone, Nothing, &[]),
        get("/account/data", Contact, Nothing),
        post("/account/data/export", Contact, Nothing, &[("current_password", "y")]),
        post("/login/challenge", Anyone, Nothing, &[]),
        post("/login/passkey", Anyone, Nothing, PASSKEY),
        post("/account/passkeys", Contact, Nothing, &[("name", "n"), ("proof_ceremony", "x"), ("proof_passkey", "y")]),
        post("/account/passkeys/challenge", Contact, Nothing, &[("current_password", "x")]),
        post("/account/passkeys/{id}/remove", Contact, Own, &[("current_password", PASSWORD)]),
        post("/account/sessions/end", Contact, Nothing, &[]),
        post("/account/sessions/{id}/end", Contact, Own, &[]),
        get("/.well-known/change-password", Anyone, Nothing),
        get("/portal", Portal(sees), Nothing),
        get("/portal/getting-started", Portal(any), Nothing),
        post("/portal/getting-started/test-mails", Portal(sets), Nothing, &[]),
        post("/portal/getting-started/away", Portal(sets), Nothing, &[]),
        post("/portal/getting-started/back", Portal(sets), Nothing, &[]),
        get("/portal/restored", Portal(sets), Nothing),
        post("/portal/restored/sendings", Portal(sets), Nothing, &[("mail", "all")]),
        post("/portal/restored/drops", Portal(sets), Nothing, &[("mail", "all")]),
        post("/portal/restored/sign-off", Portal(sets), Nothing, &[]),
        get("/portal/login", Anyone, Nothing),
        post("/portal/login", Anyone, Nothing, &[("email", "x"), ("password", "y")]),
        post("/portal/logout", Anyone, Nothing, &[]),
        get("/portal/forgot-password", Anyone, Nothing),
        post("/portal/forgot-password", Anyone, Nothing, &[("email", "x")]),
        get("/portal/forgot-password/sent", Anyone, Nothing),
        get("/portal/reset/{token}", Anyone, Nothing),
        post("/portal/reset/{token}", Anyone, Nothing, &[("code", "1"), ("new_password", "y"), ("confirm_password", "y")]),
        get("/portal/confirm", Portal(any), Nothing),
        post("/portal/confirm", Portal(any), Nothing, &[("to", "/portal"), ("proof_password", "x")]),
        get("/portal/search", Portal(sees), Nothing),
        post("/portal/views", Portal(sees), Nothing, &[("list", "contacts"), ("query", ""), ("name", "Mine")]),
        post("/portal/views/{id}/delete", Portal(sees), Own, &[("list", "contacts")]),
        get("/portal/retailers", Portal(sees), Nothing),
        get("/portal/retailers/new", Portal(edits), Nothing),
        post("/portal/retailers/new", Portal(edits), Nothing, &[("account_number", ""), ("name", ""), ("address", ""), ("territory", "")]),
        get("/portal/retailers/{id}/edit", Portal(edits), Customer),
        post("/portal/retailers/{id}/edit", Portal(edits), Customer, &[("account_number", "1"), ("name", "n"), ("address", ""), ("territory", NEVER)]),
        get("/portal/retailers/{id}/contacts/new", Portal(edits), Customer),
        post("/portal/retailers/{id}/contacts/new", Portal(edits), Customer, &[("name", "n"), ("position", ""), ("phone", ""), ("language", "en")]),
        get("/portal/contacts/{id}/edit", Portal(edits), Customer),
        post("/portal/contacts/{id}/edit", Portal(edits), Customer, &[("name", "n"), ("position", ""), ("phone", ""), ("language", "en"), ("version", "1")]),
        get("/portal/contacts/{id}/sign-in", Portal(signs_in), Customer),
        post("/portal/contacts/{id}/sign-in", Portal(signs_in), Customer, &[("username", "u"), ("email", "")]),
        post("/portal/retailers/{id}/active", Portal(both), Customer, &[("active", "no")]),
        post("/portal/contacts/{id}/active", Portal(both), Customer, &[("active", "no")]),
        get("/portal/requests", Portal(signs_in), Nothing),
        post("/portal/contacts/{id}/requests/{request}/enter", Portal(signs_in), Customer, &[("version", "1")]),
        post("/portal/contacts/{id}/requests/{request}/decline", Portal(signs_in), Customer, &[("answer", "No")]),
        post("/portal/contacts/{id}/bounce/clear", Portal(signs_in), Customer, &[]),
        post("/portal/contacts/{id}/sessions/end", Portal(signs_in), Customer, &[]),
        post("/portal/contacts/{id}/sessions/{session}/end", Portal(signs_in), Customer, &[]),
        get("/portal/contacts/{id}/move", Portal(both), Customer),
        post("/portal/contacts/{id}/move", Portal(both), Customer, &[("to", NEVER)]),
        get("/portal/contacts/{id}/merge", Portal(both), Customer),
        post("/portal/contacts/{id}/merge", Portal(both), Customer, &[("other", NEVER)]),
        post("/portal/retailers/export", Portal(exports), Nothing, &[("query", ""), ("format", "csv")]),
        get("/portal/contacts", Portal(sees), Nothing),
        post("/portal/contacts/export", Portal(exports), Nothing, &[("query", ""), ("format", "csv")]),
        get("/portal/retailers/{id}", Portal(sees), Customer),
        get("/portal/contacts/{id}", Portal(sees), Customer),
        get("/portal/contacts/{id}/privacy", Portal(exports), Customer),
        post("/portal/contacts/{id}/privacy/export", Portal(exports), Customer, &[]),
        get("/portal/contacts/{id}/erase", Portal(erases), Customer),
        post("/portal/contacts/{id}/erase", Portal(erases), Customer, &[("name", "Nobody of that name")]),
        post("/portal/contacts/{id}/access", Portal(signs_in), Customer, &[("access", "off")]),
        post("/portal/contacts/{id}/resets", Portal(resets), Customer, &[]),
        get("/portal/contacts/{id}/resets/new", Portal(resets), Customer),
        get("/portal/contacts/{id}/resets/new/mail", Portal(resets), Customer),
        get("/portal/contacts/{id}/resets/{reset}", Portal(sees), Customer),
        get("/portal/contacts/{id}/resets/{reset}/status", Portal(sees), Customer),
        post("/portal/contacts/{id}/resets/{reset}/cancel", Portal(resets), Customer, &[]),
        get("/portal/waits", Portal(sees), Nothing),
        post("/portal/waits/networks/lift", Portal(lifts_networks), Nothing, &[("network", "192.0.2.7")]),
        post("/portal/contacts/{id}/waits/lift", Portal(resets), Customer, &[]),
        post("/portal/staff/{id}/waits/lift", Portal(manages), Nothing, &[]),
        get("/portal/mail", Portal(all_mail), Nothing),
        get("/portal/jobs", Portal(sees_settings), Nothing),
        post("/portal/jobs/{id}/retry", Portal(sets), Nothing, &[]),
        get("/portal/invitations", Portal(sees), Nothing),
        get("/portal/runs", Portal(any), Nothing),
        post("/portal/runs", Portal(invites), Nothing, &[("act", "invite"), ("list", "contacts"), ("for", "all"), ("query", ""), ("run", NEVER), ("per_minute", "600"), ("per_domain", "600")]),
        get("/portal/runs/new", Portal(invites), Nothing),
        get("/portal/runs/{id}", Portal(sees), Own),
        get("/portal/runs/{id}/status", Portal(sees), Own),
        post("/portal/runs/{id}/begin", Portal(invites), Own, &[]),
        post("/portal/runs/{id}/pause", Portal(invites), Own, &[]),
        post("/portal/runs/{id}/resume", Portal(invites), Own, &[]),
        post("/portal/runs/{id}/cancel", Portal(invites), Own, &[]),
        get("/portal/imports", Portal(imports), Nothing),
        post("/portal/imports", Portal(imports), Nothing, &[]),
        get("/portal/imports/{id}", Portal(imports), Own),
        get("/portal/imports/{id}/status", Portal(imports), Own),
        post("/portal/imports/{id}/check", Portal(imports), Own, &[]),
        post("/portal/imports/{id}/rows", Portal(imports), Own, &[]),
        post("/portal/imports/{id}/start", Portal(imports), Own, &[]),
        post("/portal/imports/{id}/undo", Portal(imports), Own, &[]),
        post("/portal/imports/{id}/discard", Portal(imports), Own, &[]),
        get("/portal/imports/{id}/wrong", Portal(imports), Own),
        get("/portal/me", Portal(any), Nothing),
        post("/portal/me/password", Portal(any), Nothing, &[("current_password", "x"), ("new_password", "y"), ("confirm_password", "z")]),
        post("/portal/me/sessions/end", Portal(any), Nothing, &[]),
        post("/portal/me/sessions/{id}/end", Portal(any), Own, &[]),
        post("/portal/login/challenge", Anyone, Nothing, &[]),
        post("/portal/login/passkey", Anyone, Nothing, PASSKEY),
        post("/portal/second-factor/challenge", Portal(any), Nothing, &[]),
        post("/portal/second-factor/passkey", Portal(any), Nothing, PASSKEY),
        post("/portal/me/second-factor/passkeys", Portal(any), Nothing, &[("name", "n"), ("proof_ceremony", "x"), ("proof_passkey", "y")]),
        post("/portal/me/second-factor/passkeys/challenge", Portal(any), Nothing, &[]),
        post("/portal/me/second-factor/passkeys/{id}/remove", Portal(any), Nothing, &[]),
        get("/portal/second-factor", Portal(any), Nothing),
        post("/portal/second-factor", Portal(any), Nothing, &[("code", "1")]),
        get("/portal/me/second-factor", Portal(any), Nothing),
        post("/portal/me/second-factor/app", Portal(any), Nothing, &[("password", "x")]),
        post("/portal/me/second-factor/app/confirm", Portal(any), Nothing, &[("code", "1")]),
        post("/portal/me/second-factor/codes", Portal(any), Nothing, &[("password", "x"), ("code", "1")]),
        post("/portal/me/second-factor/remove", Portal(any), Nothing, &[("password", "x"), ("code", "1")]),
        get("/portal/factor-reset/{token}", Anyone, Nothing),
        post("/portal/factor-reset/{token}", Anyone, Nothing, &[("code", "1"), ("password", "x")]),
        post("/portal/staff/{id}/factor-resets", Portal(manages), Nothing, &[]),
        post("/portal/roles/{id}/second-factor", Portal(manages), Nothing, &[("days", "0")]),
        get("/portal/staff", Portal(sees_staff), Nothing),
        get("/portal/staff/rights", Portal(sees_staff), Nothing),
        get("/portal/staff/new", Portal(manages), Nothing),
        post("/portal/staff/new", Portal(manages), Nothing, &[("name", "n"), ("email", "n@harbour.example"), ("kind", "admin"), ("role", NEVER)]),
        get("/portal/staff/{id}", Portal(sees_staff), Nothing),
        get("/portal/staff/{id}/edit", Portal(manages), Nothing),
        post("/portal/staff/{id}/edit", Portal(manages), Nothing, &[("name", "n"), ("email", "n@harbour.example"), ("kind", "admin"), ("role", NEVER), ("version", "1")]),
        post("/portal/staff/{id}/active", Portal(manages), Nothing, &[("active", "no")]),
        post("/portal/staff/{id}/resets", Portal(manages), Nothing, &[]),
        post("/portal/staff/{id}/sessions/end", Portal(manages), Nothing, &[]),
        post("/portal/staff/{id}/sessions/{session}/end", Portal(manages), Nothing, &[]),
        get("/portal/roles", Portal(sees_staff), Nothing),
        get("/portal/roles/new", Portal(manages), Nothing),
        post("/portal/roles/new", Portal(manages), Nothing, &[("name", "n"), ("customers", "none"), ("staff", "none"), ("settings", "none"), ("reach", "own")]),
        get("/portal/roles/{id}", Portal(sees_staff), Nothing),
        get("/portal/roles/{id}/edit", Portal(manages), Nothing),
        post("/portal/roles/{id}/edit", Portal(manages), Nothing, &[("name", "n"), ("customers", "none"), ("staff", "none"), ("settings", "none"), ("reach", "own"), ("version", "1")]),
        post("/portal/roles/{id}/delete", Portal(manages), Nothing, &[]),
        get("/portal/territories", Portal(sees_staff), Nothing),
        post("/portal/territories", Portal(arranges), Nothing, &[("name", "n")]),
        post("/portal/territories/{id}", Portal(arranges), Nothing, &[("name", "n")]),
        post("/portal/territories/{id}/delete", Portal(arranges), Nothing, &[]),
        get("/portal/audit", Portal(audits), Nothing),
        get("/portal/audit/verify", Portal(audits), Nothing),
        post("/portal/audit/verify", Portal(audits), Nothing, &[]),
        get("/portal/audit/verify/status", Portal(audits), Nothing),
        post("/portal/audit/heads", Portal(audits), Nothing, &[("heads", "x")]),
        get("/portal/audit/retention", Portal(audits), Nothing),
        post("/portal/audit/export", Portal(audit_files), Nothing, &[("query", ""), ("format", "csv")]),
        get("/portal/settings", Portal(sees_settings), Nothing),
        post("/portal/settings/{key}", Portal(sets), Nothing, &[("valid_for", "24h"), ("version", "0")]),
        get("/portal/settings/logo", Portal(sets), Nothing),
        post("/portal/settings/logo", Portal(sets), Nothing, &[]),
        post("/portal/settings/logo/remove", Portal(sets), Nothing, &[]),
        get("/portal/settings/mails", Portal(sees_settings), Nothing),
        get("/portal/settings/mails/{kind}/{language}", Portal(sees_settings), Nothing),
        post("/portal/settings/mails/{kind}/{language}", Portal(sets), Nothing, WORDS),
        post("/portal/settings/mails/{kind}/{language}/preview", Portal(sets), Nothing, WORDS),
        get("/portal/settings/mails/{kind}/{language}/preview/html", Portal(sees_settings), Nothing),
        post("/portal/settings/mails/{kind}/{language}/preview/html", Portal(sets), Nothing, WORDS),
        post("/portal/settings/mails/{kind}/{language}/restore", Portal(sets), Nothing, &[("number", "0"), ("version", "0")]),
        post("/portal/settings/mails/{kind}/{language}/tests", Portal(sets), Nothing, &[]),
        get("/sales", Anyone, Nothing),
        get("/sales/login", Anyone, Nothing),
        post("/sales/login", Anyone, Nothing, &[("email", "x"), ("password", "y")]),
        post("/sales/logout", Anyone, Nothing, &[]),
        post("/sales/login/challenge", Anyone, Nothing, &[]),
        post("/sales/login/passkey", Anyone, Nothing, PASSKEY),
        post("/sales/second-factor/challenge", Sales(any), Nothing, &[]),
        post("/sales/second-factor/passkey", Sales(any), Nothing, PASSKEY),
        post("/sales/me/second-factor/passkeys", Sales(any), Nothing, &[("name", "n"), ("proof_ceremony", "x"), ("proof_passkey", "y")]),
        post("/sales/me/second-factor/passkeys/challenge", Sales(any), Nothing, &[]),
        post("/sales/me/second-factor/passkeys/{id}/remove", Sales(any), Nothing, &[]),
        get("/sales/confirm", Sales(any), Nothing),
        post("/sales/confirm", Sales(any), Nothing, &[("to", "/sales"), ("proof_password", "x")]),
        get("/sales/second-factor", Sales(any), Nothing),
        post("/sales/second-factor", Sales(any), Nothing, &[("code", "1")]),
        get("/sales/me/second-factor", Sales(any), Nothing),
        post("/sales/me/second-factor/app", Sales(any), Nothing, &[("password", "x")]),
        post("/sales/me/second-factor/app/confirm", Sales(any), Nothing, &[("code", "1")]),
        post("/sales/me/second-factor/codes", Sales(any), Nothing, &[("password", "x"), ("code", "1")]),
        post("/sales/me/second-factor/remove", Sales(any), Nothing, &[("password", "x"), ("code", "1")]),
        get("/sales/shell", Anyone, Nothing),
        get("/sales/retailers/{id}", Anyone, Nothing),
        get("/sales/retailers/{id}/contacts/new", Anyone, Nothing),
        get("/sales/contacts/{id}", Anyone, Nothing),
        get("/sales/contacts/{id}/edit", Anyone, Nothing),
        get("/sales/contacts/{id}/sign-in", Anyone, Nothing),
        get("/sales/contacts/{id}/ask", Anyone, Nothing),
        get("/sales/contacts/{id}/resets/new", Anyone, Nothing),
        get("/sales/contacts/{id}/resets/{reset}", Anyone, Nothing),
        get("/sales/sync", Anyone, Nothing),
        get("/sales/me", Anyone, Nothing),
        get("/sales/worker.js", Anyone, Nothing),
        get("/sales/manifest.webmanifest", Anyone, Nothing),
        get("/sales/icon-{size}", Anyone, Nothing),
        get("/sales/splash-{size}", Anyone, Nothing),
        post("/sales/device", Anyone, Nothing, &[]),
        get("/dev/inbox", Demo, Nothing),
        post("/dev/inbox/clear", Demo, Nothing, &[]),
        get("/dev/inbox/{number}", Demo, Nothing),
        get("/dev/inbox/{number}/html", Demo, Nothing),
        post("/hooks/bounce", Program, Nothing, &[]),
        get("/healthz", Anyone, Nothing),
        get("/readyz", Anyone, Nothing),
    ]
}
