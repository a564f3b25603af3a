//! The portal's addresses.

use axum::routing::{get, post};

use super::Route;
use crate::customers::{dashboard, edit, invitations, lists, people, portal, requests, search, transfer};
use crate::{getting_started, import, privacy, restored, runs, set_aside, setup, staff, trail, waits};

/// The portal's pages of times out of the ordinary: of first steps, and after a
/// restore.
pub(super) fn first_steps() -> Vec<Route> {
    use getting_started::portal as first;
    use restored::portal as restored;
    vec![
        ("/portal/getting-started", get(first::steps)),
        ("/portal/getting-started/test-mails", post(first::test)),
        ("/portal/getting-started/away", post(first::put_away)),
        ("/portal/getting-started/back", post(first::bring_back)),
        ("/portal/restored", get(restored::restored)),
        ("/portal/restored/sendings", post(restored::send)),
        ("/portal/restored/drops", post(restored::discard)),
        ("/portal/restored/sign-off", post(restored::sign_off)),
    ]
}

/// The portal, where office staff are.
pub(super) fn customers() -> Vec<Route> {
    use runs::portal as runs;
    use set_aside::portal as jobs;
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
        ("/portal/login/challenge", post(crate::sign_in::site::ask_passkey)),
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
        ("/portal/requests", get(requests::list)),
        ("/portal/contacts/{id}/requests/{request}/enter", post(requests::enter)),
        ("/portal/contacts/{id}/requests/{request}/decline", post(requests::decline)),
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
        ("/portal/contacts/{id}/resets/new/mail", get(portal::mail_of_reset)),
        ("/portal/contacts/{id}/resets/{reset}", get(portal::reset)),
        ("/portal/contacts/{id}/resets/{reset}/status", get(portal::reset_status)),
        ("/portal/contacts/{id}/resets/{reset}/cancel", post(portal::cancel_reset)),
        ("/portal/mail", get(portal::mail)),
        ("/portal/jobs", get(jobs::jobs)),
        ("/portal/jobs/{id}/retry", post(jobs::retry)),
        ("/portal/invitations", get(invitations::invitations)),
        ("/portal/runs", get(runs::all).post(runs::start)),
        ("/portal/runs/new", get(runs::preview)),
        ("/portal/runs/{id}", get(runs::run)),
        ("/portal/runs/{id}/status", get(runs::status)),
        ("/portal/runs/{id}/begin", post(runs::begin)),
        ("/portal/runs/{id}/pause", post(runs::pause)),
        ("/portal/runs/{id}/resume", post(runs::resume)),
        ("/portal/runs/{id}/cancel", post(runs::cancel)),
    ]
}

/// The portal's page of who has to wait.
pub(super) fn waiting() -> Vec<Route> {
    use waits::portal as waits;
    vec![
        ("/portal/waits", get(waits::waits)),
        ("/portal/waits/networks/lift", post(waits::lift_of_network)),
        ("/portal/contacts/{id}/waits/lift", post(waits::lift_of_contact)),
        ("/portal/staff/{id}/waits/lift", post(waits::lift_of_staff)),
    ]
}

/// The portal's pages of imports; a file is handed in at [`upload_routes`].
pub(super) fn imports() -> Vec<Route> {
    use import::portal as imports;
    vec![
        ("/portal/imports/{id}", get(imports::import)),
        ("/portal/imports/{id}/status", get(imports::status)),
        ("/portal/imports/{id}/check", post(imports::check)),
        ("/portal/imports/{id}/rows", post(import::correct::portal::rows)),
        ("/portal/imports/{id}/start", post(imports::start)),
        ("/portal/imports/{id}/undo", post(imports::undo)),
        ("/portal/imports/{id}/discard", post(imports::discard)),
        ("/portal/imports/{id}/wrong", get(imports::wrong)),
    ]
}

/// The portal's pages of who may do what and who did what.
pub(super) fn office() -> Vec<Route> {
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
        ("/portal/settings", get(settings::settings)),
        ("/portal/settings/{key}", post(settings::change)),
        ("/portal/settings/logo/remove", post(logo::remove)),
        ("/portal/settings/mails", get(mails::mails)),
    ]
}

/// Where a file is handed in. Of one that is too large the rest is read and
/// dropped, so that its sender is told why.
pub(super) fn uploads() -> Vec<Route> {
    use import::portal as imports;
    use setup::logo::portal as logo;
    vec![
        ("/portal/settings/logo", get(logo::choose).post(logo::replace)),
        ("/portal/imports", get(imports::imports).post(imports::hand_in)),
    ]
}

/// Where mails are worded: their forms are longer than others.
pub(super) fn wording() -> Vec<Route> {
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

/// The audit trail.
pub(super) fn audit() -> Vec<Route> {
    use privacy::portal as privacy;
    use trail::portal as trail;

    vec![
        ("/portal/audit", get(trail::trail)),
        ("/portal/audit/verify", get(trail::verify).post(trail::begin_check)),
        ("/portal/audit/verify/status", get(trail::check_status)),
        ("/portal/audit/heads", post(trail::heads)),
        ("/portal/audit/retention", get(privacy::retention)),
        ("/portal/audit/export", post(trail::export)),
    ]
}
