//! The sales app as a browser installs it: one page without anyone's data, the
//! service worker that keeps it, the manifest, and the pictures a home screen
//! wants. What is shown in it comes from the API; the app itself is `web/sales/`.

mod pictures;
pub mod sales;
