//! The supplier's people by command: who there is, and ending someone's access.

use crate::databases::Database;
use crate::program::{Installation, STAFF_PASSWORD};

fn add(shop: &Installation, name: &str, role: &str) {
    let email = format!("{}@harbour.example", name.to_lowercase());
    shop.done(&["staff", "add", "--email", &email, "--name", name, "--kind", "admin", "--role", role]);
}

#[test]
fn staff_are_listed_for_people_and_for_programs() {
    for database in [Database::sqlite(), Database::postgres()] {
        let shop = Installation::on(database, 25);
        assert!(shop.done(&["staff", "list"]).contains("Nobody yet. tradepost staff add"));
        assert_eq!(shop.done(&["staff", "list", "--json"]), "");
        shop.add_olivia();
        add(&shop, "Sam", "support");
        let list = shop.done(&["staff", "list"]);
        let lines: Vec<&str> = list.lines().collect();
        assert!(lines.len() == 3 && lines[0].starts_with("E-MAIL"), "{list}");
        let sam = lines.iter().find(|line| line.starts_with("sam@harbour.example")).unwrap();
        assert!(
            sam.contains("Support") && sam.contains("no password yet") && sam.ends_with("never"),
            "{list}"
        );
        let json = shop.done(&["staff", "list", "--json"]);
        let olivia: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(olivia["email"], "olivia@harbour.example");
        assert_eq!((&olivia["role"], &olivia["active"]), (&"Owner".into(), &true.into()));
        assert!(!json.contains("argon2"), "promise 1: {json}");
    }
}

#[test]
fn promise_16_a_colleague_is_deactivated_at_once_and_the_last_owner_never() {
    for database in [Database::sqlite(), Database::postgres()] {
        let shop = Installation::on(database, 25);
        shop.add_olivia();
        let last = shop.run(&["staff", "deactivate", "--email", "olivia@harbour.example"]);
        assert!(last.code == 3 && last.one_line().contains("the last Owner"), "{last:?}");
        add(&shop, "Second", "owner");
        let server = shop.serve();
        let mut olivia = server.visitor();
        olivia
            .post("/portal/login", &[("email", "olivia@harbour.example"), ("password", STAFF_PASSWORD)])
            .leads_to("/portal");
        let done = shop.done(&["staff", "deactivate", "--email", "OLIVIA@harbour.example"]);
        assert!(done.contains("signed out everywhere"), "{done}");
        assert_eq!(olivia.get("/portal").status, 303, "her session has ended");
        let refused = server
            .visitor()
            .post("/portal/login", &[("email", "olivia@harbour.example"), ("password", STAFF_PASSWORD)]);
        assert_ne!(refused.status, 303);
        let again = shop.done(&["staff", "deactivate", "--email", "olivia@harbour.example"]);
        assert!(again.contains("already"), "{again}");
        assert!(shop.done(&["staff", "list"]).contains("deactivated"));
        let second = shop.run(&["staff", "deactivate", "--email", "second@harbour.example"]);
        assert!(
            second.code == 3 && second.one_line().contains("the last Owner"),
            "who is gone counts no more: {second:?}"
        );
        let unknown = shop.run(&["staff", "deactivate", "--email", "nobody@harbour.example"]);
        assert!(unknown.code == 3 && unknown.one_line().contains("staff list"), "{unknown:?}");
        let trail = "select number from audit where act = 'staff-deactivated' and actor = 'operator'";
        assert!(shop.database.has_row(trail));
    }
}
