//! The sales app's addresses.

use axum::routing::{get, post};

use super::Route;
use crate::{devices, sales_app, staff};

/// The sales app, where reps are.
pub(super) fn routes() -> Vec<Route> {
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
        ("/sales/login/challenge", post(crate::sign_in::site::ask_passkey)),
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
