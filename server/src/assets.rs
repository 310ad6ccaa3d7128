//! The app inside the program: pages, scripts, WASM and styles, precompressed at build time, brought by [`Config`].
//!
//! [`Config`]: crate::config::Config

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::AppState;
use crate::error::{AppError, Result};

/// One embedded file. Names under `/assets` carry a hash of their content, so they never change.
pub struct File {
    pub name: &'static str,
    pub media_type: &'static str,
    pub bytes: &'static [u8],
    /// Compressed with brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.name)
    }
}

/// Files browsers ask for at the root, by a name they choose.
const ROOT_FILES: &[&str] =
    &["apple-touch-icon.png", "favicon.svg", "icon-192.png", "icon-512.png", "icon-maskable.png", "manifest.webmanifest", "robots.txt", "sw.js"];

/// What whoever asks for a page is told by a program without them.
pub const NOT_BUILT: &str = "This kontor was built without its pages. Build it with: cargo xtask build\n";

/// A file that is text.
pub fn text(files: &'static [File], name: &str) -> Option<&'static str> {
    find(files, name).and_then(|file| std::str::from_utf8(file.bytes).ok())
}

/// What stands in the price list's page itself, its looks and what is to run before the first paint: as sources of a content
/// security policy, by hash (CSP level 3, 2.3.1), styles and scripts.
pub fn inline_sources(html: &str) -> (Vec<String>, Vec<String>) {
    let hashes = |open: &str, close: &str| {
        let inside = html.split(open).skip(1).filter_map(|rest| rest.split(close).next());
        inside.map(|text| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))).collect()
    };
    (hashes("<style>", "</style>"), hashes("<script>", "</script>"))
}

fn find(files: &'static [File], name: &str) -> Option<&'static File> {
    files.binary_search_by_key(&name, |file| file.name).ok().map(|at| &files[at])
}

/// Whether whoever asks can read brotli.
pub fn takes_brotli(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(accepts_brotli)
}

fn accepts_brotli(accepted: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().trim_start_matches("q=");
        name.trim().eq_ignore_ascii_case("br") && !matches!(weight, "0" | "0.0" | "0.00" | "0.000")
    })
}

fn answer(file: &'static File, headers: &HeaderMap, cache: &'static str) -> Response {
    let mut response = match file.brotli {
        Some(bytes) if takes_brotli(headers) => ([(header::CONTENT_ENCODING, "br")], bytes).into_response(),
        _ => file.bytes.into_response(),
    };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// `GET /assets/{file}`
pub async fn file(State(state): State<AppState>, Path(name): Path<String>, headers: HeaderMap) -> Result<Response> {
    let file = find(state.config.pages, &name).filter(|file| !file.name.ends_with(".html")).ok_or(AppError::NotFound)?;
    Ok(answer(file, &headers, "public, max-age=31536000, immutable"))
}

fn html(state: &AppState, name: &str, headers: &HeaderMap) -> Response {
    match find(state.config.pages, name) {
        Some(file) => answer(file, headers, "no-cache"),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
    }
}

/// The buyer's pages other than the price list, at any address that is not the API's: their own router reads the address.
pub async fn buyer_page(State(state): State<AppState>, uri: axum::http::Uri, headers: HeaderMap) -> Result<Response> {
    // A missing API route or file must say so, not answer a page.
    if uri.path().starts_with("/api/") || uri.path().starts_with("/assets/") {
        return Err(AppError::NotFound);
    }
    let root_file = uri.path().trim_start_matches('/');
    if let Some(file) = find(state.config.pages, root_file).filter(|file| !file.name.ends_with(".html") && ROOT_FILES.contains(&file.name)) {
        return Ok(answer(file, &headers, "no-cache"));
    }
    Ok(html(&state, "buyer.html", &headers))
}

/// `GET /shell/{page}`: one of the buyer's pages without anybody's rows, which the service worker keeps.
pub async fn shell(State(state): State<AppState>, Path(page): Path<String>, headers: HeaderMap) -> Result<Response> {
    match page.as_str() {
        "list" => Ok(html(&state, "list.html", &headers)),
        "buyer" => Ok(html(&state, "buyer.html", &headers)),
        _ => Err(AppError::NotFound),
    }
}

/// The staff page.
pub async fn staff_page(State(state): State<AppState>, headers: HeaderMap) -> Response {
    html(&state, "staff.html", &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_only_to_those_who_take_it() {
        for (header, expected) in [("gzip, deflate, br, zstd", true), ("br;q=1.0", true), ("br;q=0, gzip", false), ("gzip", false), ("brx", false)] {
            assert_eq!(accepts_brotli(header), expected, "{header}");
        }
    }
}
