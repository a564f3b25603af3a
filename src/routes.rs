//! Every address on one page.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use memory_serve::CacheControl;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::{App, Outbound};
use crate::customers::{dashboard, edit, invitations, lists, people, portal, search, transfer};
use crate::http::api::{Rates, Streams, tell};
use crate::http::{self, Assets, Drawn, Shared, Web, error, headers, health};
use crate::{
    account, bounces, changes, dev_inbox, devices, import, privacy, recovery, reference, runs, sales_app,
    setup, sign_in, staff, trail,
};

/// The largest body of a form, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// The same of the form on which a mail is worded.
const LONG_BODY_LIMIT: usize = 512 * 1024;
/// The same of a file that is handed in.
const UPLOAD_LIMIT: usize = 64 * 1024 * 1024;
/// The longest a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long one may take that hands a file in over a slow line.
const UPLOAD_TIME_LIMIT: Duration = Duration::from_mins(10);

type Route = (&'static str, MethodRouter<Shared>);

/// The website, where contacts are.
fn website() -> Vec<Route> {
    use account::site as account;
    use privacy::site as privacy;
    use recovery::site as recovery;
    use sign_in::site as sign_in;
    vec![
        ("/", get(sign_in::home)),
        ("/login", get(sign_in::page).post(sign_in::submit)),
        ("/login/challenge", post(sign_in::ask_passkey)),
        ("/login/passkey", post(sign_in::submit_passkey)),
        ("/logout", post(sign_in::sign_out)),
        ("/forgot-password", get(recovery::forgot_password).post(recovery::submit_forgot_password)),
        ("/forgot-password/sent", get(recovery::forgot_password_sent)),
        ("/forgot-username", get(recovery::forgot_username).post(recovery::submit_forgot_username)),
        ("/forgot-username/sent", get(recovery::forgot_username_sent)),
        ("/password", get(recovery::choose).post(recovery::submit_choose)),
        ("/not-me/{token}", get(recovery::not_me).post(recovery::submit_not_me)),
        ("/account", get(account::account)),
        ("/account/edit", get(account::edit)),
        ("/account/name", post(account::submit_name)),
        ("/account/email", post(account::submit_email)),
        ("/account/email/confirm/{token}", get(account::confirm_email).post(account::submit_confirm_email)),
        ("/account/data", get(privacy::data)),
        ("/account/data/export", post(privacy::export)),
        ("/account/passkeys", post(account::add_passkey)),
        ("/account/passkeys/challenge", post(account::ask_passkey)),
        ("/account/passkeys/{id}/remove", post(account::remove_passkey)),
        ("/account/sessions/end", post(account::end_other_sessions)),
        ("/account/sessions/{id}/end", post(account::end_session)),
        ("/brand.css", get(setup::site::sheet)),
        ("/brand/logo.png", get(setup::site::logo)),
        ("/.well-known/change-password", get(|| async { http::redirect("/password", None) })),
    ]
}

/// The portal, where office staff are.
fn portal_routes() -> Vec<Route> {
    use runs::portal as runs;
    use staff::fresh::portal as fresh;
    use staff::passkeys::portal as passkeys;
    use staff::portal as colleagues;
    vec![
        ("/portal", get(dashboard::dashboard)),
        ("/portal/login", get(colleagues::sign_in).post(colleagues::submit_sign_in)),
        ("/portal/logout", post(colleagues::sign_out)),
        ("/portal/forgot-password", get(colleagues::forgot).post(colleagues::submit_forgot)),
        ("/portal/forgot-password/sent", get(colleagues::forgot_sent)),
        ("/portal/reset/{token}", get(colleagues::choose).post(colleagues::submit_choose)),
        ("/portal/login/challenge", post(passkeys::ask_anyone)),
        ("/portal/login/passkey", post(passkeys::sign_in)),
        ("/portal/confirm", get(fresh::confirm).post(fresh::submit_confirm)),
        ("/portal/search", get(search::search)),
        ("/portal/views", post(lists::save_view)),
        ("/portal/views/{id}/delete", post(lists::drop_view)),
        ("/portal/retailers", get(lists::retailers)),
        ("/portal/retailers/new", get(edit::new_retailer).post(edit::add_retailer)),
        ("/portal/retailers/{id}/edit", get(edit::retailer).post(edit::submit_retailer)),
        ("/portal/retailers/{id}/contacts/new", get(edit::new_contact).post(edit::add_contact)),
        ("/portal/contacts/{id}/edit", get(edit::contact).post(edit::submit_contact)),
        ("/portal/contacts/{id}/sign-in", get(edit::sign_in).post(edit::submit_sign_in)),
        ("/portal/retailers/{id}/active", post(people::set_retailer_active)),
        ("/portal/contacts/{id}/active", post(people::set_contact_active)),
        ("/portal/contacts/{id}/bounce/clear", post(people::clear_bounce)),
        ("/portal/contacts/{id}/sessions/end", post(people::end_sessions)),
        ("/portal/contacts/{id}/sessions/{session}/end", post(people::end_session)),
        ("/portal/contacts/{id}/move", get(transfer::choose_retailer).post(transfer::move_contact)),
        ("/portal/contacts/{id}/merge", get(transfer::choose_record).post(transfer::merge)),
        ("/portal/retailers/export", post(lists::export_retailers)),
        ("/portal/contacts", get(lists::contacts)),
        ("/portal/contacts/export", post(lists::export_contacts)),
        ("/portal/retailers/{id}", get(portal::retailer)),
        ("/portal/contacts/{id}", get(portal::contact)),
        ("/portal/contacts/{id}/access", post(portal::switch_access)),
        ("/portal/contacts/{id}/resets", post(portal::start_reset)),
        ("/portal/contacts/{id}/resets/new", get(portal::confirm_reset)),
        ("/portal/contacts/{id}/resets/{reset}", get(portal::reset)),
        ("/portal/contacts/{id}/resets/{reset}/status", get(portal::reset_status)),
        ("/portal/contacts/{id}/resets/{reset}/cancel", post(portal::cancel_reset)),
        ("/portal/mail", get(portal::mail)),
        ("/portal/invitations", get(invitations::invitations)),
        ("/portal/runs", post(runs::start)),
        ("/portal/runs/new", get(runs::preview)),
        ("/portal/runs/{id}", get(runs::run)),
        ("/portal/runs/{id}/status", get(runs::status)),
        ("/portal/runs/{id}/pause", post(runs::pause)),
        ("/portal/runs/{id}/resume", post(runs::resume)),
        ("/portal/runs/{id}/cancel", post(runs::cancel)),
    ]
}

/// The portal's pages of imports; a file is handed in at [`upload_routes`].
fn import_routes() -> Vec<Route> {
    use import::portal as imports;
    vec![
        ("/portal/imports/{id}", get(imports::import)),
        ("/portal/imports/{id}/status", get(imports::status)),
        ("/portal/imports/{id}/check", post(imports::check)),
        ("/portal/imports/{id}/start", post(imports::start)),
        ("/portal/imports/{id}/undo", post(imports::undo)),
        ("/portal/imports/{id}/discard", post(imports::discard)),
        ("/portal/imports/{id}/wrong", get(imports::wrong)),
    ]
}

/// The portal's pages of who may do what and who did what.
fn office_routes() -> Vec<Route> {
    use privacy::portal as privacy;
    use setup::logo::portal as logo;
    use setup::mails::portal as mails;
    use setup::portal as settings;
    use staff::factors::portal as factors;
    use staff::me::portal as me;
    use staff::passkeys::portal as passkeys;
    use staff::people::portal as persons;
    use staff::roles::portal as roles;
    use staff::territories::portal as territories;
    use trail::portal as trail;
    vec![
        ("/portal/me", get(me::me)),
        ("/portal/me/password", post(me::change_password)),
        ("/portal/me/sessions/end", post(me::end_sessions)),
        ("/portal/me/sessions/{id}/end", post(me::end_session)),
        ("/portal/second-factor", get(factors::prove).post(factors::submit_prove)),
        ("/portal/me/second-factor", get(factors::set_up)),
        ("/portal/me/second-factor/app", post(factors::begin)),
        ("/portal/me/second-factor/app/confirm", post(factors::confirm)),
        ("/portal/me/second-factor/codes", post(factors::fresh_codes)),
        ("/portal/me/second-factor/remove", post(factors::remove)),
        ("/portal/second-factor/challenge", post(passkeys::ask)),
        ("/portal/second-factor/passkey", post(passkeys::prove)),
        ("/portal/me/second-factor/passkeys", post(passkeys::add)),
        ("/portal/me/second-factor/passkeys/challenge", post(passkeys::ask_new)),
        ("/portal/me/second-factor/passkeys/{id}/remove", post(passkeys::remove)),
        ("/portal/factor-reset/{token}", get(factors::reset_link).post(factors::submit_reset)),
        ("/portal/staff/{id}/factor-resets", post(factors::request_reset)),
        ("/portal/roles/{id}/second-factor", post(factors::demand)),
        ("/portal/staff", get(persons::people)),
        ("/portal/staff/rights", get(persons::rights)),
        ("/portal/staff/new", get(persons::new_person).post(persons::add)),
        ("/portal/staff/{id}", get(persons::person)),
        ("/portal/staff/{id}/edit", get(persons::edit).post(persons::submit_edit)),
        ("/portal/staff/{id}/active", post(persons::set_active)),
        ("/portal/staff/{id}/resets", post(persons::start_reset)),
        ("/portal/staff/{id}/sessions/end", post(persons::end_sessions)),
        ("/portal/staff/{id}/sessions/{session}/end", post(persons::end_session)),
        ("/portal/roles", get(roles::roles)),
        ("/portal/roles/new", get(roles::new_role).post(roles::add)),
        ("/portal/roles/{id}", get(roles::role)),
        ("/portal/roles/{id}/edit", get(roles::edit).post(roles::submit_edit)),
        ("/portal/roles/{id}/delete", post(roles::delete)),
        ("/portal/territories", get(territories::territories).post(territories::add)),
        ("/portal/territories/{id}", post(territories::rename)),
        ("/portal/territories/{id}/delete", post(territories::delete)),
        ("/portal/contacts/{id}/privacy", get(privacy::privacy)),
        ("/portal/contacts/{id}/privacy/export", post(privacy::export)),
        ("/portal/contacts/{id}/erase", get(privacy::confirm_erasure).post(privacy::erase)),
        ("/portal/audit", get(trail::trail)),
        ("/portal/audit/verify", get(trail::verify)),
        ("/portal/audit/retention", get(privacy::retention)),
        ("/portal/audit/export", post(trail::export)),
        ("/portal/settings", get(settings::settings)),
        ("/portal/settings/{key}", post(settings::change)),
        ("/portal/settings/logo/remove", post(logo::remove)),
        ("/portal/settings/mails", get(mails::mails)),
    ]
}

/// Where a file is handed in. Of one that is too large the rest is read and
/// dropped, so that its sender is told why.
fn upload_routes() -> Vec<Route> {
    use import::portal as imports;
    use setup::logo::portal as logo;
    vec![
        ("/portal/settings/logo", get(logo::choose).post(logo::replace)),
        ("/portal/imports", get(imports::imports).post(imports::hand_in)),
    ]
}

/// Where mails are worded: their forms are longer than others.
fn wording_routes() -> Vec<Route> {
    use setup::mails::portal as mails;
    vec![
        ("/portal/settings/mails/{kind}/{language}", get(mails::mail).post(mails::save)),
        ("/portal/settings/mails/{kind}/{language}/preview", post(mails::preview)),
        (
            "/portal/settings/mails/{kind}/{language}/preview/html",
            get(mails::html_in_use).post(mails::html_typed),
        ),
        ("/portal/settings/mails/{kind}/{language}/restore", post(mails::restore)),
        ("/portal/settings/mails/{kind}/{language}/tests", post(mails::test)),
    ]
}

/// The sales app, where reps are.
fn sales_routes() -> Vec<Route> {
    use sales_app::sales as app;
    use staff::factors::portal as factors;
    use staff::fresh::portal as fresh;
    use staff::passkeys::portal as passkeys;
    use staff::portal as colleagues;
    let shell = app::ADDRESSES.map(|address| (address, get(app::shell)));
    let others = vec![
        ("/sales/worker.js", get(app::worker)),
        ("/sales/manifest.webmanifest", get(app::manifest)),
        ("/sales/icon-{size}", get(app::icon)),
        ("/sales/splash-{size}", get(app::splash)),
        ("/sales/login", get(colleagues::sign_in).post(colleagues::submit_sign_in)),
        ("/sales/login/challenge", post(passkeys::ask_anyone)),
        ("/sales/login/passkey", post(passkeys::sign_in)),
        ("/sales/confirm", get(fresh::confirm).post(fresh::submit_confirm)),
        ("/sales/second-factor/challenge", post(passkeys::ask)),
        ("/sales/second-factor/passkey", post(passkeys::prove)),
        ("/sales/me/second-factor/passkeys", post(passkeys::add)),
        ("/sales/me/second-factor/passkeys/challenge", post(passkeys::ask_new)),
        ("/sales/me/second-factor/passkeys/{id}/remove", post(passkeys::remove)),
        ("/sales/device", post(devices::sales::start)),
        ("/sales/logout", post(colleagues::sign_out)),
        ("/sales/second-factor", get(factors::prove).post(factors::submit_prove)),
        ("/sales/me/second-factor", get(factors::set_up)),
        ("/sales/me/second-factor/app", post(factors::begin)),
        ("/sales/me/second-factor/app/confirm", post(factors::confirm)),
        ("/sales/me/second-factor/codes", post(factors::fresh_codes)),
        ("/sales/me/second-factor/remove", post(factors::remove)),
    ];
    shell.into_iter().chain(others).collect()
}

/// The API, where other programs are.
fn api_routes() -> Vec<Route> {
    use crate::customers::api::{contacts, resets, retailers};
    use devices::api as devices;
    use sign_in::api as contact;
    vec![
        ("/api/v1/devices", get(devices::list).post(devices::sign_in)),
        ("/api/v1/devices/current", patch(devices::rename).delete(devices::sign_out)),
        ("/api/v1/devices/{id}", delete(devices::revoke)),
        ("/api/v1/tokens", post(devices::refresh)),
        ("/api/v1/me", get(devices::me)),
        ("/api/v1/retailers", get(changes::api::retailers)),
        ("/api/v1/contacts", get(changes::api::contacts)),
        ("/api/v1/retailers/{id}", get(retailers::retailer)),
        ("/api/v1/retailers/{id}/contacts", post(contacts::add)),
        ("/api/v1/contacts/{id}", get(contacts::contact).patch(contacts::change)),
        ("/api/v1/contacts/{id}/sign-in", put(contacts::change_sign_in)),
        ("/api/v1/contacts/{id}/resets", get(resets::list).post(resets::start)),
        ("/api/v1/contacts/{id}/resets/{reset}", get(resets::reset).delete(resets::cancel)),
        ("/api/v1/contacts/{id}/resets/{reset}/events", get(resets::follow)),
        ("/api/v1/contact-session", get(contact::whoami).post(contact::sign_in).delete(contact::sign_out)),
        ("/api/v1/contact-session/password", put(contact::choose)),
        ("/api/v1/openapi.json", get(reference::api::openapi)),
        ("/api/docs", get(reference::api::docs)),
        ("/problems/{problem}", get(reference::api::problem)),
    ]
}

/// The inbox that only `tradepost demo` has.
fn demo_routes() -> Vec<Route> {
    vec![
        ("/dev/inbox", get(dev_inbox::list)),
        ("/dev/inbox/clear", post(dev_inbox::clear)),
        ("/dev/inbox/{number}", get(dev_inbox::mail)),
        ("/dev/inbox/{number}/html", get(dev_inbox::html_part)),
    ]
}

/// For other programs.
fn hooks() -> Vec<Route> {
    vec![("/hooks/bounce", post(bounces::api::bounce))]
}

/// For load balancers and supervisors.
fn health_routes() -> Vec<Route> {
    vec![("/healthz", get(health::alive)), ("/readyz", get(health::ready))]
}

/// The addresses of every door, for tests that must know them all.
pub fn addresses() -> Vec<&'static str> {
    let doors = [
        website(),
        portal_routes(),
        office_routes(),
        import_routes(),
        wording_routes(),
        upload_routes(),
        sales_routes(),
        api_routes(),
        demo_routes(),
        hooks(),
        health_routes(),
    ];
    doors.into_iter().flatten().map(|(address, _)| address).collect()
}

fn answering(routes: Vec<Route>) -> Router<Shared> {
    routes.into_iter().fold(Router::new(), |router, (address, methods)| router.route(address, methods))
}

/// Gives up on a request that takes longer.
fn within(limit: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit)
}

/// Everything an installation answers.
pub fn router(app: Arc<App>) -> Router {
    let files = memory_serve::load!()
        .index_file(None)
        .cache_control(CacheControl::NoCache)
        .enable_hashed_routes(true);
    let manifest = files.manifest();
    let assets: Assets = ["app.css", "app.js", "passkeys.js", "icons.svg", "favicon.svg"]
        .into_iter()
        .filter_map(|file| {
            manifest.get(format!("/{file}").as_str()).map(|path| (file.to_owned(), format!("/assets{path}")))
        })
        .collect();
    // What the service worker keeps; not itself.
    let of_app =
        manifest.iter().filter(|(file, _)| file.starts_with("/sales/") && *file != "/sales/worker.js");
    let app_files = of_app.map(|(file, hashed)| (format!("/assets{file}"), hashed.to_owned())).collect();
    let mut doors =
        [website(), portal_routes(), office_routes(), import_routes(), sales_routes(), health_routes()]
            .concat();
    if matches!(app.outbound, Outbound::Inbox(_)) {
        doors.extend(demo_routes());
    }
    let csrf = CsrfLayer::new();
    let csrf = csrf.clone().add_trusted_origin(app.config.http.public_url.as_str()).unwrap_or(csrf);
    let (assets, streams, rates) = (Arc::new(assets), Streams::default(), Rates::default());
    let web: Shared = Arc::new(Web { app, assets, app_files, drawn: Drawn::default(), streams, rates });
    answering(doors)
        .merge(answering(api_routes()).layer(from_fn(tell)))
        .nest_service("/assets", files.into_router::<()>())
        // From the inside out.
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .merge(answering(wording_routes()).layer(RequestBodyLimitLayer::new(LONG_BODY_LIMIT)))
        .merge(answering(hooks()).layer(RequestBodyLimitLayer::new(bounces::LARGEST)))
        .layer(within(TIME_LIMIT))
        .merge(
            answering(upload_routes())
                .layer(DefaultBodyLimit::disable())
                .layer(RequestBodyLimitLayer::new(UPLOAD_LIMIT))
                .layer(within(UPLOAD_TIME_LIMIT)),
        )
        .layer(csrf.with_rejection_response(error::cross_site))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(Arc::clone(&web), error::pages))
        .layer(from_fn_with_state(Arc::clone(&web), headers::secure))
        .layer(CompressionLayer::new())
        .with_state(web)
}
