//! Wrong rows are corrected where they are shown.

use tradepost::import::correct::{Correction, correct, seen};
use tradepost::staff::BuiltIn;

use super::*;

const WRONG: &str = "0045,New House,North,Cleo Sample,cleo(at)new.example,cleo,yes\n0046,Old House,Nowhere,Bo Sample,bo@old.example,bo,maybe\n";

async fn first_wrong(shop: &Shop, id: ImportId) -> Vec<Staged> {
    shop.db()
        .read(move |tx| import::of_verdict(tx, &Actor::operator(), id, (Verdict::Wrong, 0)))
        .await
        .expect("rows")
}

story! {
    async fn a_wrong_row_is_corrected_on_its_page_and_looked_at_again(kind) {
        let shop = Shop::open(kind).await;
        let import = checked(&shop, WRONG, usual).await;
        assert_eq!(problems(&shop, import.id).await, [(2, Some(Field::Email)), (3, Some(Field::WebsiteAccess))]);
        let office = shop.staff(BuiltIn::Owner).await;
        let path = format!("/portal/imports/{}", import.id);
        let page = office.browser.get(&path).await;
        assert!(page.says("cell-1-4") && page.says("cleo(at)new.example") && page.says("must be yes or no"), "{page:?}");
        let wrong = first_wrong(&shop, import.id).await;
        let seen = [seen(&wrong[0].cells), seen(&wrong[1].cells)];
        let form = [("seen-1", seen[0].as_str()), ("cell-1-4", "cleo@new.example"), ("seen-2", seen[1].as_str()), ("cell-2-6", "yes"), ("cell-2-3", "Bo Sample")];
        let reply = office.browser.post(&format!("{path}/rows"), &form).await;
        assert!(reply.leads_to(&format!("{path}?show=wrong")), "{reply:?}");
        let import = driven(&shop, import.id).await;
        assert_eq!((import.tally.wrong, import.tally.contacts_new), (0, 2));
        assert_eq!(started(&shop, import.id).await.expect("a start"), None);
        driven(&shop, import.id).await;
        assert_eq!(shop.texts("select email as t from contacts order by email", &[]).await, ["bo@old.example", "cleo@new.example"]);
        assert_eq!(shop.count("select count(*) as n from audit where act = 'import-corrected'", &[]).await, 1);
        let late = office.browser.post(&format!("{path}/rows"), &form).await;
        assert!(late.leads_to(&path), "it is in: {late:?}");
    }
}

story! {
    async fn two_who_correct_one_row_at_once_see_each_other(kind) {
        let shop = Shop::open(kind).await;
        let import = checked(&shop, WRONG, usual).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let path = format!("/portal/imports/{}/rows", import.id);
        let wrong = first_wrong(&shop, import.id).await;
        let seen = seen(&wrong[0].cells);
        let barrier = tokio::sync::Barrier::new(2);
        let ask = async |email: &str| {
            barrier.wait().await;
            office.browser.post(&path, &[("seen-1", seen.as_str()), ("cell-1-4", email)]).await
        };
        let replies = tokio::join!(ask("first@new.example"), ask("second@new.example"));
        let mut statuses = [replies.0.status, replies.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        let late = if replies.0.status == 409 { replies.0 } else { replies.1 };
        // The row is good by now, or is still being looked at: nothing was overwritten in silence.
        assert!(late.says("Somebody else corrected") || late.says("Looking at the rows") || late.says("New"), "{late:?}");
        assert_eq!(shop.count("select count(*) as n from import_rows where cells like '%first@new%' or cells like '%second@new%'", &[]).await, 1);
    }
}

story! {
    async fn promise_1_no_secret_is_written_into_a_row(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let content = "account_number,retailer,territory,contact,email,Kennwort\n1,Sample Shop,North,Ann Sample,nonsense,Sommer2024zanzibar\n";
        let id = staged(&shop, &Actor::operator(), content.as_bytes()).await.expect("a readable file");
        let choices = Choices { new_territories: true, ..found(&shop, id).await.choices };
        let now = shop.clock.now();
        shop.db().write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.expect("a check");
        driven(&shop, id).await;
        let path = format!("/portal/imports/{id}");
        let page = office.browser.get(&path).await;
        assert!(page.says("cell-1-4") && !page.says("cell-1-5") && !page.says("zanzibar"), "{page:?}");
        let seen = seen(&first_wrong(&shop, id).await[0].cells);
        let hash = "$2y$10$abcdefghijklmnopqrstuuzanzibar";
        office.browser.post(&format!("{path}/rows"), &[("seen-1", &seen), ("cell-1-5", "Winter2024zanzibar"), ("cell-1-3", hash), ("cell-1-99", "zanzibar")]).await;
        driven(&shop, id).await;
        assert!(!shop.database.rows().await.contains("zanzibar"));
    }
}

story! {
    async fn who_may_not_import_corrects_nothing(kind) {
        let shop = Shop::open(kind).await;
        let import = checked(&shop, WRONG, usual).await;
        let rep = shop.staff(BuiltIn::Support).await;
        let reply = rep.browser.post(&format!("/portal/imports/{}/rows", import.id), &[("seen-1", ""), ("cell-1-4", "thief@new.example")]).await;
        assert_eq!(reply.status, 403, "{reply:?}");
        let actor = Actor { who: Who::Staff(StaffActor { id: rep.id, permissions: BuiltIn::Support.permissions() }), door: Door::Portal, address: String::new() };
        let (id, now) = (import.id, shop.clock.now());
        let typed = [Correction { place: 1, seen: String::new(), cells: vec![(4, "thief@new.example".into())] }];
        let refused = shop.db().write(move |tx| correct(tx, &actor, id, &typed, now)).await;
        assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
        assert!(!shop.database.rows().await.contains("thief"));
    }
}
