//! Opens a browser, without a shell.

use std::process::{Child, Command, Stdio};

use oauth2::url::Url;

use crate::transport::http::tls::is_loopback;

/// The program that opens a URL in the browser of the user.
#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";

/// A browser that was started. It is never killed: it may be the one that the person works with.
#[derive(Debug)]
pub(super) struct Opened(Option<Child>);

/// Opens a web page. `https`, and `http` on this machine; anything else is left alone.
pub(super) fn open(url: &str) -> Opened {
    let Some(url) = openable(url) else { return Opened(None) };
    let child = Command::new(OPENER)
        .arg(url.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Opened(child.ok())
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // The opener is over long before the person has answered. This takes it off the process table.
            drop(child.try_wait());
        }
    }
}

/// The URL, written anew: a URL cannot begin with a dash, and holds no blank or quote.
fn openable(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    match url.scheme() {
        "https" => Some(url),
        "http" if is_loopback(&url) => Some(url),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
        for (url, opened) in [
            ("https://as.example/authorize?a=b", true),
            ("http://127.0.0.1:1/authorize", true),
            ("http://localhost:1/authorize", true),
            ("http://as.example/authorize", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("ms-settings:", false),
            ("--version", false),
            ("$(touch /tmp/x)", false),
        ] {
            assert_eq!(openable(url).is_some(), opened, "{url}");
        }
    }

    #[test]
    fn url_is_serialised_before_it_becomes_an_argument() {
        let url = openable("https://as.example/a b\"'`$(x)?q= `\"").unwrap();

        assert!(!url.as_str().contains([' ', '"']), "{url}");
    }
}
