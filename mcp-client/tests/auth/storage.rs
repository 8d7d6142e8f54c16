//! Tokens in files.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mcp_client::auth::{FileStore, OAuth, TokenStore};
use mcp_client::credentials::{AuthError, Credentials};
use serde_json::json;
use tempfile::TempDir;

use crate::site::{Site, log_in};

async fn stored() -> (TempDir, FileStore, Site) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("state/tokens"));
    let site = Site::start().await;
    site.with_tokens(json!({ "expires_in": 3600, "refresh_token": "refresh-1" })).await;
    log_in(&OAuth::new(site.options().with_store(store.clone())).unwrap()).await.unwrap();
    (folder, store, site)
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_can_reach_tokens() {
    let (_folder, store, site) = stored().await;
    let path = store.path(&site.at("/mcp"));

    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn tokens_survive_the_program() {
    let (_folder, store, site) = stored().await;

    let oauth = OAuth::new(site.options().with_store(store)).unwrap();

    assert_eq!(oauth.authorization().await.unwrap().unwrap(), "Bearer token-1");
    assert_eq!(site.count("/authorize").await, 1);
}

#[tokio::test]
async fn file_that_others_can_read_is_refused() {
    let (_folder, store, site) = stored().await;
    let path = store.path(&site.at("/mcp"));
    for open in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();

        let error = store.load(&site.at("/mcp")).await.unwrap_err();

        assert_eq!(
            error.to_string(),
            format!(
                "the token store at `{}` cannot be used: others can reach it (mode {open:o}); \
                 chmod 600 it, and think of its tokens as stolen",
                path.display()
            )
        );
    }
}

#[tokio::test]
async fn folder_that_others_can_reach_is_refused() {
    let (_folder, store, site) = stored().await;
    let path = store.path(&site.at("/mcp"));
    let grants = store.load(&site.at("/mcp")).await.unwrap().unwrap();
    fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();

    let error = store.save(&site.at("/mcp"), &grants).await.unwrap_err();

    assert!(error.to_string().contains("chmod 700 it"), "{error}");
}

#[tokio::test]
async fn file_is_replaced_as_a_whole() {
    let (_folder, store, site) = stored().await;
    let server = site.at("/mcp");
    let grants = store.load(&server).await.unwrap().unwrap();

    store.save(&server, &grants).await.unwrap();

    let folder = store.path(&server).parent().unwrap().to_owned();
    let names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [store.path(&server).file_name().unwrap()]);
    assert_eq!(store.load(&server).await.unwrap().unwrap(), grants);
}

#[tokio::test]
async fn broken_file_is_refused_and_its_content_not_shown() {
    let (_folder, store, site) = stored().await;
    let path = store.path(&site.at("/mcp"));
    for content in [
        "",
        "s3cret",
        "{\"version\": \"s3cret\"}",
        "{\"version\":1,\"server\":\"x\",\"by_issuer\":{}}",
    ] {
        fs::write(&path, content).unwrap();

        let error = store.load(&site.at("/mcp")).await.unwrap_err();

        assert!(matches!(error, AuthError::Store { .. }), "{error}");
        assert!(error.to_string().ends_with("delete it"), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn servers_are_kept_apart() {
    let store = FileStore::new("/tokens");

    let names: std::collections::HashSet<_> =
        ["https://h/a", "https://h/b", "https://h:1/a", "http://h/a", "https://H_/a"]
            .map(|server| store.path(server))
            .into();

    assert_eq!(names.len(), 5);
    let hostile = store.path("https://../../../etc/passwd\0");
    assert_eq!(hostile.parent().unwrap(), std::path::Path::new("/tokens"));
}

#[tokio::test]
async fn logout_removes_the_file() {
    let (_folder, store, site) = stored().await;

    OAuth::new(site.options().with_store(store.clone())).unwrap().logout().await.unwrap();

    assert!(!store.path(&site.at("/mcp")).exists());
    assert_eq!(store.load(&site.at("/mcp")).await.unwrap(), None);
}

#[tokio::test]
async fn lock_is_held_by_one_at_a_time() {
    let (_folder, store, site) = stored().await;
    let server = site.at("/mcp");
    let held = store.lock(&server).await.unwrap();

    let waiting = tokio::spawn({
        let (store, server) = (store.clone(), server.clone());
        async move { store.lock(&server).await.map(drop) }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    drop(held);

    waiting.await.unwrap().unwrap();
}
