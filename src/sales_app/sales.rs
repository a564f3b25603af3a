//! The door of the sales app: the same for everyone, so that the service worker
//! may keep it.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::pictures::{self, Paint};
use crate::error::Error;
use crate::http::{Answer, Page, Shared, Visit, html};
use crate::kernel::Digest;

/// Where the shell is that the service worker keeps.
const SHELL: &str = "/sales/shell";
/// Sizes of the icon, in pixels: for iPads, and two that manifests want.
const ICONS: [u32; 3] = [180, 192, 512];
/// Screens of iPads held upright, in their pixels, and pixels to a point.
const SCREENS: [(u32, u32, u32); 7] = [
    (1488, 2266, 2),
    (1536, 2048, 2),
    (1620, 2160, 2),
    (1640, 2360, 2),
    (1668, 2224, 2),
    (1668, 2388, 2),
    (2048, 2732, 2),
];
/// The addresses that the shell answers: where someone is in the app.
pub const ADDRESSES: [&str; 12] = [
    "/sales",
    SHELL,
    "/sales/retailers/{id}",
    "/sales/retailers/{id}/contacts/new",
    "/sales/contacts/{id}",
    "/sales/contacts/{id}/edit",
    "/sales/contacts/{id}/sign-in",
    "/sales/contacts/{id}/ask",
    "/sales/contacts/{id}/resets/new",
    "/sales/contacts/{id}/resets/{reset}",
    "/sales/sync",
    "/sales/me",
];
/// How long a browser may keep a picture.
const PICTURES_KEPT: &str = "public, max-age=86400";
/// The worker as it is written; what it keeps stands before it.
const WORKER: &str = include_str!("../../web/sales/worker.js");

/// The one page of the app. It holds nothing of anyone.
#[derive(Template)]
#[template(path = "sales_app/pages/shell.html")]
struct Shell {
    page: Page,
    splashes: Vec<Splash>,
}

/// A picture shown while the app starts, and on which screen.
struct Splash {
    width: u32,
    height: u32,
    points_wide: u32,
    points_high: u32,
    density: u32,
    orientation: &'static str,
}

/// Every address of the app that is no page of the server's: `GET /sales`, …
pub async fn shell(State(web): State<Shared>, visit: Visit) -> Answer {
    html(StatusCode::OK, &Shell::new(&web, &visit))
}

impl Shell {
    fn new(web: &Shared, visit: &Visit) -> Self {
        // Neither where someone is nor what happened before shows in it.
        let visit = Visit { path: SHELL.to_owned(), flash: None, ..visit.clone() };
        let splashes = SCREENS.iter().flat_map(|(short, long, density)| {
            let splash = |width: u32, height: u32, orientation| Splash {
                width,
                height,
                // iOS asks for the screen's upright size in both ways of holding it.
                points_wide: short / density,
                points_high: long / density,
                density: *density,
                orientation,
            };
            [splash(*short, *long, "portrait"), splash(*long, *short, "landscape")]
        });
        Self { page: Page::of_staff(web, &visit, None), splashes: splashes.collect() }
    }
}

/// `GET /sales/worker.js`: the service worker, with what it is to keep and a
/// version that differs whenever any of that does.
pub async fn worker(State(web): State<Shared>, visit: Visit) -> Answer {
    let shell = Shell::new(&web, &visit);
    let text = shell
        .render()
        .map_err(|error| Error::Render { what: "the sales app", problem: error.to_string() })?;
    let mut files = vec![SHELL.to_owned(), shell.page.asset("app.css"), shell.page.asset("icons.svg")];
    files.extend(Some(shell.page.brand.clone()).filter(|brand| !brand.is_empty()));
    files.extend(shell.page.logo.as_ref().map(|logo| logo.href.clone()));
    files.extend(web.app_files.keys().cloned());
    let contents = web.app_files.values().map(String::as_str);
    let whole: Vec<&str> = [text.as_str(), WORKER].into_iter().chain(contents).collect();
    let version: String = Digest::of(whole.join("\n").as_bytes()).hex().chars().take(16).collect();
    let build = json!({ "version": version, "files": files });
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        // Wider than the folder it lies in: `/sales` itself is a page of the app.
        (header::HeaderName::from_static("service-worker-allowed"), "/sales"),
    ];
    Ok((headers, format!("const BUILD = {build};\n{WORKER}")).into_response())
}

/// `GET /sales/manifest.webmanifest` (W3C Web Application Manifest).
pub async fn manifest(State(web): State<Shared>) -> Answer {
    let settings = web.app.settings();
    let supplier = &settings.values.supplier;
    let icon = |size: u32, purpose: &str| {
        json!({
            "src": format!("/sales/icon-{size}.png"),
            "sizes": format!("{size}x{size}"),
            "type": "image/png",
            "purpose": purpose,
        })
    };
    let manifest = json!({
        "id": "/sales",
        "name": format!("{supplier} sales"),
        "short_name": "Sales",
        "description": format!("Customers of {supplier}, in the field"),
        "start_url": "/sales",
        "scope": "/sales",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#ffffff",
        "theme_color": settings.accent().light.to_string(),
        "icons": [icon(192, "any"), icon(512, "any"), icon(512, "maskable")],
    });
    let kind = [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "no-cache")];
    Ok((kind, manifest.to_string()).into_response())
}

/// `GET /sales/icon-{size}.png`
pub async fn icon(State(web): State<Shared>, Path(file): Path<String>) -> Answer {
    let size = file.strip_suffix(".png").and_then(|size| size.parse().ok());
    let size = size.filter(|size| ICONS.contains(size)).ok_or(Error::NotFound)?;
    let paint = paint(&web);
    let png = web.drawn.get((size, size), format!("{paint:?}"), move || pictures::icon(size, paint)).await?;
    Ok(picture(png))
}

/// `GET /sales/splash-{width}x{height}.png`
pub async fn splash(State(web): State<Shared>, Path(file): Path<String>) -> Answer {
    let size = file.strip_suffix(".png").and_then(|size| size.split_once('x'));
    let size = size.and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let is_screen = |(width, height): &(u32, u32)| {
        SCREENS.iter().any(|(short, long, _)| [(*short, *long), (*long, *short)].contains(&(*width, *height)))
    };
    let (width, height) = size.filter(is_screen).ok_or(Error::NotFound)?;
    let paint = paint(&web);
    let draw = move || pictures::splash(width, height, paint);
    Ok(picture(web.drawn.get((width, height), format!("{paint:?}"), draw).await?))
}

fn paint(web: &Shared) -> Paint {
    let accent = web.app.settings().accent();
    Paint { accent: accent.light, on_accent: accent.light_text }
}

fn picture(png: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, PICTURES_KEPT)], png).into_response()
}
