//! Undoing an import, what comes along with it, and forgetting it.

use super::*;

story! {
    async fn an_import_is_undone_as_if_it_had_not_been(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, GOOD, usual).await;
        let state = "select c.name || '|' || coalesce(c.email, '') || '|' || coalesce(c.username, '') || '|' || r.name || '|' || r.address || '|' || t.name as t
            from contacts c join retailers r on r.id = c.retailer_id join territories t on t.id = r.territory_id order by c.name";
        let before = shop.texts(state, &[]).await;
        let changed = "0042,Barlow & Daughters,West,Anna Gruber-Ode,anna@elsewhere.example,anna,no\n\
                       0060,New House,East,Cleo,cleo@new.example,cleo,yes\n";
        let import = imported(&shop, changed, usual).await;
        assert_ne!(shop.texts(state, &[]).await, before);
        let import = undone(&shop, import.id).await;
        assert_eq!(import.state, State::Undone);
        assert_eq!(shop.texts(state, &[]).await, before);
        assert_eq!(sizes(&shop).await, [2, 3, 3], "territories that were entered are gone as well");
        assert_eq!(shop.count("select count(*) as n from contact_listings", &[]).await, 3);
        let chain = shop.db().read(|tx| tradepost::audit::verify(tx, &[])).await.expect("the trail");
        assert!(chain.broken.is_none(), "{chain:?}");
    }
}

story! {
    async fn who_was_touched_since_is_not_undone(kind) {
        let shop = Shop::open(kind).await;
        let import = imported(&shop, GOOD, usual).await;
        let temporary = shop.temporary_password("anna").await;
        let import = undone(&shop, import.id).await;
        assert_eq!(import.state, State::Undone);
        assert_eq!(shop.texts("select name as t from contacts", &[]).await, ["Anna Gruber"]);
        assert_eq!(shop.texts("select name as t from retailers", &[]).await, ["Barlow & Sons"], "she works there");
        assert!(shop.lets_in("anna", &temporary).await, "a mail that was taken holds");
        let counts = shop.db().read({ let import = import.clone(); move |tx| import::counts(tx, &import) }).await.expect("counts");
        let kept: i64 = counts.iter().filter(|(_, fate, _)| *fate == import::Fate::Kept).map(|(.., count)| count).sum();
        assert_eq!(kept, 1);
    }
}

story! {
    async fn all_or_nothing_holds_when_someone_is_quicker(kind) {
        let shop = Shop::open(kind).await;
        let import = checked(&shop, GOOD, usual).await;
        imported(&shop, "0100,Other House,North,Other,o@other.example,BERT,no\n", usual).await;
        assert_eq!(started(&shop, import.id).await.expect("a start"), None);
        let import = driven(&shop, import.id).await;
        assert_eq!((import.state, import.problem.as_deref()), (State::Undone, Some(import::CHANGED_MEANWHILE)));
        assert_eq!(shop.texts("select name as t from contacts", &[]).await, ["Other"]);
    }
}

/// Has the passwords of a file come along: rows of account, retailer, territory,
/// contact, username, phone, hash.
async fn brought_along(shop: &Shop, rows: &str) -> Import {
    let mut file = tempfile::tempfile().expect("a file");
    write!(file, "account_number,retailer,territory,contact,username,phone,password_hash\n{rows}")
        .expect("a file");
    let file = File::open(file, &tables::Options::default()).expect("a table");
    let choices = Choices { new_territories: true, access: true, ..Choices::guess(file.headings()) };
    let passwords = import::Passwords { pool: &shop.app().passwords, format: Some(passwords::Format::Md5) };
    let (operator, now) = (Actor::operator(), shop.clock.now());
    let staged =
        import::stage(shop.db(), &operator, (file, "old.csv", choices.clone()), Some(passwords), now);
    let id = staged.await.expect("staged");
    shop.db()
        .write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now))
        .await
        .expect("a check");
    driven(shop, id).await;
    assert_eq!(started(shop, id).await.expect("a start"), None);
    driven(shop, id).await
}

/// MD5 of `password`, as old shops kept it.
const OLD: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

story! {
    async fn promise_1_no_hash_stays_with_the_rows_of_an_import(kind) {
        let shop = Shop::open(kind).await;
        let rows = format!("1,Shop,North,Anna,anna,,{OLD}\n1,Shop,North,Bert,bert,,{OLD}\n");
        brought_along(&shop, &rows).await;
        assert!(shop.lets_in("anna", "password").await);
        brought_along(&shop, &format!("{rows}1,Shop,North,Cleo,cleo,,{OLD}\n")).await;
        assert_eq!(shop.count("select count(*) as n from import_rows where password is not null", &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from import_rows where cells like '%$over$%' or cells like '%5f4dcc%'", &[]).await, 0);
        assert!(shop.lets_in("bert", "password").await && shop.lets_in("cleo", "password").await);
    }
}

story! {
    async fn undoing_takes_back_the_password_that_came_along_unless_its_owner_was_touched(kind) {
        let shop = Shop::open(kind).await;
        let known = "1,Shop,North,Anna,,anna,yes\n1,Shop,North,Bert,,bert,yes\n1,Shop,North,Cleo,,cleo,yes\n";
        imported(&shop, known, usual).await;
        let rows = ["anna", "bert", "cleo"].map(|name| format!("1,Shop,North,,{name},01632 1,{OLD}\n")).concat();
        let import = brought_along(&shop, &rows).await;
        assert!(shop.lets_in("bert", "password").await, "and so is touched");
        let cleo = shop.id("cleo").await;
        let now = shop.clock.now();
        shop.db().write(move |tx| tradepost::access::switch(tx, &Actor::operator(), cleo, false, now)).await.expect("edited");
        undone(&shop, import.id).await;
        let with = shop.texts("select username as t from contacts where password_hash is not null order by username", &[]).await;
        assert_eq!(with, ["bert", "cleo"], "who was touched keeps all of it");
        let phones = shop.texts("select username as t from contacts where phone <> '' order by username", &[]).await;
        assert_eq!(phones, ["bert", "cleo"]);
    }
}

story! {
    async fn what_files_said_is_forgotten_after_thirty_days(kind) {
        let shop = Shop::open(kind).await;
        let done = imported(&shop, GOOD, usual).await;
        let draft = checked(&shop, GOOD, usual).await;
        let forget = |now| shop.db().write(move |tx| { while import::forget_old(tx, now)? {} Ok::<_, Error>(()) });
        forget(shop.clock.now()).await.expect("nothing to forget");
        assert_eq!(shop.count("select count(*) as n from import_rows", &[]).await, 8);
        forget(shop.clock.now().plus(import::KEPT).plus(std::time::Duration::from_secs(1))).await.expect("to forget");
        assert_eq!(shop.count("select count(*) as n from import_rows", &[]).await, 0);
        assert_eq!(found(&shop, done.id).await.state, State::Done, "that it was is known");
        let gone = shop.db().read(move |tx| import::find(tx, &Actor::operator(), draft.id)).await;
        assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
        assert_eq!(sizes(&shop).await[2], 3, "the contacts stay");
    }
}
