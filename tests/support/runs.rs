//! Runs, as office staff start and watch them.

use tradepost::kernel::id::ContactId;

use super::client::Reply;
use super::people::Colleague;
use super::shop::Shop;

/// As fast as a run may be.
pub const FAST: [(&str, &str); 2] = [("per_minute", "600"), ("per_domain", "600")];

/// A plan for all contacts that match.
pub fn all_contacts(act: &'static str, query: &'static str) -> Vec<(&'static str, String)> {
    plan(act, "contacts", query)
}

/// A plan for all of a list that match.
pub fn plan(act: &'static str, list: &'static str, query: &'static str) -> Vec<(&'static str, String)> {
    [("act", act), ("list", list), ("for", "all"), ("query", query)]
        .map(|(name, value)| (name, value.to_owned()))
        .into()
}

/// A plan for ticked contacts.
pub fn ticked(act: &'static str, contacts: &[ContactId]) -> Vec<(&'static str, String)> {
    let mut plan = vec![
        ("act", act.to_owned()),
        ("list", "contacts".into()),
        ("for", "ticked".into()),
        ("query", String::new()),
    ];
    plan.extend(contacts.iter().map(|id| ("id", id.to_string())));
    plan
}

impl Colleague {
    /// Opens the preview of a plan.
    pub async fn previews(&self, plan: &[(&'static str, String)]) -> Reply {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(plan).finish();
        self.browser.get(&format!("/portal/runs/new?{query}")).await
    }

    /// Previews a plan and sends the form of the preview with these fields.
    pub async fn sends_run(&self, plan: &[(&'static str, String)], fields: &[(&str, &str)]) -> Reply {
        let preview = self.previews(plan).await;
        let page = preview.text();
        let run = page.split("name=\"run\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let run = run.unwrap_or_else(|| panic!("no form: {page}"));
        let typed = plan.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<_> = typed.chain([("run", run)]).chain(fields.iter().copied()).collect();
        self.browser.post("/portal/runs", &all).await
    }

    /// Starts a run; gives its address.
    pub async fn starts_run(&self, plan: &[(&'static str, String)], fields: &[(&str, &str)]) -> String {
        let reply = self.sends_run(plan, fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert!(reply.location().starts_with("/portal/runs/"), "{reply:?}");
        reply.location().to_owned()
    }

    /// Presses a button of a run: `pause`, `resume` or `cancel`.
    pub async fn steers(&self, run: &str, button: &str) -> Reply {
        self.browser.post(&format!("{run}/{button}"), &[]).await
    }
}

impl Shop {
    /// Puts the list of first steps away, as after the first hours.
    pub async fn puts_first_steps_away(&self) {
        self.run("update getting_started set closed_at = 1, version = version + 1 where id = $1", &[&1_i64])
            .await;
        self.app().follow().await.expect("an answer");
    }

    /// Waits until so many runs stand so.
    pub async fn runs_are(&self, state: &str, count: i64) {
        self.counts(count, &format!("select count(*) as n from runs where state = '{state}'")).await;
    }

    /// Where the rows of all runs stand: states, or reasons of those left out,
    /// by the contact's name.
    pub async fn items(&self) -> Vec<String> {
        let sql = "select c.name || ': ' || coalesce(i.reason, i.state) as t from run_items i join contacts c on c.id = i.contact_id order by i.run_id, c.name_key";
        self.texts(sql, &[]).await
    }

    /// To whom mails went, sorted; all of them invitations.
    pub fn invited(&self) -> Vec<String> {
        let mails = self.smtp.mails();
        assert!(mails.iter().all(|mail| mail.header("X-Tradepost-Kind").as_deref() == Some("invitation")));
        let mut to: Vec<String> = mails.into_iter().flat_map(|mail| mail.to).collect();
        to.sort();
        to
    }
}
