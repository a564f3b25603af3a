//! The website's addresses.

use axum::routing::{get, post};

use super::Route;
use crate::{account, http, privacy, recovery, setup, sign_in};

/// The website, where contacts are.
pub(super) fn routes() -> Vec<Route> {
    use crate::recovery::invitation::site as invitation;
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
        ("/invitation/{token}", get(invitation::page).post(invitation::ask)),
        ("/invitation/{token}/sent", get(invitation::sent)),
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
