//! The operator's commands, as the real binary runs them.

use std::time::Duration;

use crate::support::database::Kind;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";
const MAIL: &str = "anna@harbour.example";
const CUSTOMERS: &str = "account_number,retailer,territory,contact,email,username,website_access\n\
                         0042,Barlow & Sons,North,Anna Gruber,anna@barlow.example,anna,yes\n";

story! {
    async fn promise_04_a_killed_process_loses_nothing(kind) {
        let mut shop = Shop::idle(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.crash();
        shop.smtp.set_mode(Mode::CloseAtOnce);
        let served = shop.serves().await;
        assert_eq!(served.browser().forgot_password("anna").await.location(), "/forgot-password/sent");
        drop(served);
        assert!(shop.smtp.mails().is_empty());
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_mins(2));
        shop.restart().await;
        let temporary = shop.mail_to(MAIL).await.temporary_password();
        shop.quiet().await;
        assert!(shop.lets_in("anna", &temporary).await);
    }
}

story! {
    async fn an_installation_is_set_up_by_commands(kind) {
        let shop = Shop::open(kind).await;
        let file = shop.database.folder().join("customers.csv");
        std::fs::write(&file, CUSTOMERS).unwrap();
        let file = file.to_str().unwrap();
        let (code, said) = shop.tradepost(&["import", "customers", file, "--new-territories", "--dry-run"]).await;
        assert!(code == 0 && said.contains("Nothing was changed"), "{code}: {said}");
        let (code, said) = shop.tradepost(&["import", "customers", file, "--new-territories"]).await;
        assert!(code == 0 && said.contains("Contacts: 1 new"), "{code}: {said}");
        let (code, said) = shop.tradepost(&["staff", "add", "--email", "owner@harbour.example", "--name", "Olive Owner", "--kind", "admin", "--role", "owner"]).await;
        assert_eq!(code, 0, "{said}");
        let mail = shop.mail_of("staff-reset", "owner@harbour.example").await;
        assert!(!said.contains(&mail.code()), "link and code go to them alone");
        let new = "quiet cobalt ferry 77 onion";
        let owner = shop.browser();
        let reply = owner.post(&mail.link("/portal/reset/"), &[("code", &mail.code()), ("new_password", new), ("confirm_password", new)]).await;
        assert!(reply.leads_to("/portal") && owner.get("/portal/retailers").await.says("Barlow"), "{reply:?}");
        let (code, said) = shop.tradepost(&["reset", "anna"]).await;
        assert_eq!(code, 0, "{said}");
        let temporary = shop.mail_to("anna@barlow.example").await.temporary_password();
        assert!(!said.contains(&temporary));
        shop.quiet().await;
        assert!(shop.lets_in("anna", &temporary).await);
        let (code, said) = shop.tradepost(&["outbox"]).await;
        assert!(code == 0 && said.contains("Nothing waits."), "{code}: {said}");
    }
}

story! {
    async fn what_a_command_refuses_changes_nothing_and_says_why(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let off = shop.member("off", "off@harbour.example", PASSWORD).await;
        shop.run("update contacts set website_access = $2 where id = $1", &[&off, &false]).await;
        for (arguments, why) in [
            (&["reset", "nobody"][..], "no contact with the username"),
            (&["reset", "off"], "website access is off"),
            (&["staff", "add", "--email", "nonsense", "--name", "X", "--kind", "rep", "--role", "owner"], "e-mail address"),
            (&["staff", "add", "--email", "x@y.example", "--name", "X", "--kind", "rep", "--role", "king"], "sales-rep"),
            (&["staff", "add", "--email", "x@y.example", "--name", "X", "--kind", "rep", "--role", "sales-rep", "--territory", "Atlantis"], "Atlantis"),
        ] {
            let (code, said) = shop.tradepost(arguments).await;
            assert!(code == 3 && said.contains(why), "{arguments:?}: {code}: {said}");
        }
        let (code, _) = shop.tradepost(&["reset", "anna", "--password", "chosen9bystaff"]).await;
        assert_eq!(code, 2, "there is no way to choose one for them");
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from staff", &[]).await, 0);
    }
}

story! {
    async fn promise_01_a_backup_holds_no_password(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        let temporary = shop.temporary_password("anna").await;
        let copy = shop.database.folder().join("copy.db");
        let (code, said) = shop.tradepost(&["backup", copy.to_str().unwrap()]).await;
        if kind == Kind::Postgres {
            assert!(code != 0 && said.contains("pg_dump"), "{said}");
            return;
        }
        assert_eq!(code, 0, "{said}");
        let bytes = std::fs::read(&copy).unwrap();
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(holds("anna@harbour.example") && holds("$argon2id$"));
        assert!(!holds(PASSWORD) && !holds(&temporary) && !holds(&temporary.replace('-', "")));
        assert_eq!(shop.tradepost(&["backup", copy.to_str().unwrap()]).await.0, 3, "never over another file");
    }
}
