//! The supplier's logo: handed in, shown, mailed, taken off.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat};
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::people::Colleague;
use crate::support::shop::Shop;

const LOGO: &str = "/portal/settings/logo";
const MAIL: &str = "anna@harbour.example";

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut file, format).unwrap();
    file.into_inner()
}

async fn hands_in(office: &Colleague, file: &[u8]) -> Reply {
    office.browser.post_file(LOGO, "logo", file).await
}

story! {
    async fn a_logo_is_on_every_page_and_in_every_mail_until_it_is_taken_off(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, "trout9lamp").await;
        let anyone = shop.browser();
        assert_eq!(anyone.get("/brand/logo.png").await.status, 404);
        let saved = hands_in(&owner, &picture(1280, 160, ImageFormat::Jpeg)).await;
        assert!(saved.leads_to("/portal/settings"), "{}", saved.text());
        let same = hands_in(&owner, &picture(1280, 160, ImageFormat::Jpeg)).await;
        assert!(owner.browser.get(same.location()).await.says("Nothing was changed"), "the same once more");
        for page in [anyone.get("/login").await, owner.browser.get("/portal").await] {
            assert!(page.says("<img src=\"/brand/logo.png?v=1\" width=\"288\" height=\"36\" alt=\"Harbour Wholesale\">"), "{}", page.text());
        }
        let shown = anyone.get("/brand/logo.png?v=1").await;
        assert!(shown.header("content-type") == "image/png" && shown.header("cache-control").contains("immutable"));
        assert_eq!(anyone.get("/brand/logo.png?v=9").await.header("cache-control"), "no-cache");
        shop.resets("anna").await;
        let mail = shop.mail_to(MAIL).await;
        assert!(mail.html_part().contains("<img src=\"cid:logo\" width=\"320\" height=\"40\" alt=\"Harbour Wholesale\""), "{}", mail.html_part());
        let raw = String::from_utf8_lossy(&mail.raw);
        assert!(raw.contains("multipart/related") && raw.contains("Content-ID: <logo>") && raw.contains("image/png"));
        let preview = owner.browser.get("/portal/settings/mails/reset/en/preview/html").await;
        assert!(preview.says("data:image/png;base64,iVBOR") && !preview.says("cid:"), "{}", preview.text());
        shop.quiet().await;
        let page = owner.browser.get("/portal/settings").await;
        assert!(page.says("Take the logo off") && page.says(&owner.name), "{}", page.text());
        assert!(owner.browser.post(&format!("{LOGO}/remove"), &[]).await.leads_to("/portal/settings"));
        owner.browser.post(&format!("{LOGO}/remove"), &[]).await;
        assert!(owner.browser.get("/portal/settings").await.says("Nothing was changed"), "there is none any more");
        assert!(!anyone.get("/login").await.says("/brand/logo.png"));
        assert_eq!(anyone.get("/brand/logo.png?v=1").await.status, 404);
        shop.resets("anna").await;
        assert!(!shop.mail_to(MAIL).await.html_part().contains("cid:logo"));
        let acts = "select act as t from audit where act = 'setting-changed' order by number";
        assert_eq!(shop.texts(acts, &[]).await.len(), 2);
    }
}

story! {
    async fn what_is_no_logo_is_refused_with_its_reason(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for (file, reason) in [
            (&svg[..], "which could hold programs"),
            (b"%PDF-1.7 not a picture", "This is no picture that can be read"),
            (b"", "Choose a file first"),
            (&picture(5000, 20, ImageFormat::Png), "too many pixels"),
            (&picture(8, 8, ImageFormat::Png), "too small to be seen"),
            (&vec![0x89; 50 * 1024 * 1024], "larger than 1 MB"),
        ] {
            let reply = hands_in(&owner, file).await;
            assert!(reply.status == 422 && reply.says(reason), "{reason}: {} {}", reply.status, reply.text());
        }
        let urlencoded = owner.browser.post(LOGO, &[("logo", "x")]).await;
        assert_eq!(urlencoded.status, 422, "{}", urlencoded.text());
        assert_eq!(shop.count("select count(*) as n from logos", &[]).await, 0);
        shop.advance(Duration::from_secs(301));
        let stale = hands_in(&owner, &picture(100, 40, ImageFormat::Png)).await;
        assert!(stale.location().starts_with("/portal/confirm"), "{} {}", stale.status, stale.location());
        assert_eq!(shop.count("select count(*) as n from logos", &[]).await, 0);
    }
}
