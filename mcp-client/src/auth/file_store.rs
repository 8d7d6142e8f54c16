//! Tokens in files that only their owner can read.

use std::any::Any;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::scope::Scopes;
use super::secret::Secret;
use super::store::{Client, ClientAuth, Granted, Grants, TokenStore, Tokens};
use crate::credentials::AuthError;

/// The format of the files. Files of another version are refused.
const VERSION: u32 = 1;
/// How large a file may be: some issuers with some tokens of some kilobytes each.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// How long another process may hold the lock: longer than any request of ours takes.
const LOCK_TIME_MAX: Duration = Duration::from_secs(30);
/// How often to look whether the lock is free.
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Keeps tokens in a folder, one file a server.
///
/// The folder is made for its owner alone (0700), and so are the files (0600). Files that others can
/// read or write are refused. A file is replaced as a whole or not at all.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    /// Keeps tokens below this folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the tokens of a server are.
    #[must_use]
    pub fn path(&self, server: &str) -> PathBuf {
        self.folder.join(format!("{}.json", file_stem(server)))
    }

    fn create_folder(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)?;
        refuse_if_shared(&fs::metadata(&self.folder)?, "chmod 700 it")
    }

    fn read(&self, server: &str) -> io::Result<Option<Grants>> {
        let path = self.path(server);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let metadata = file.metadata()?;
        refuse_if_shared(&metadata, "chmod 600 it, and think of its tokens as stolen")?;
        let mut text = Vec::new();
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut text)?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(io::Error::other("the file is too large to be ours; delete it"));
        }
        // The words of the parser could quote a token.
        let stored: StoredServer = serde_json::from_slice(&text)
            .map_err(|_| io::Error::other("the file cannot be understood; delete it"))?;
        if stored.version != VERSION || stored.server != server {
            return Err(io::Error::other(
                "the file belongs to another version or server; delete it",
            ));
        }
        Ok(Some(stored.into()))
    }

    fn write(&self, server: &str, grants: &Grants) -> io::Result<()> {
        self.create_folder()?;
        let text = serde_json::to_vec_pretty(&StoredServer::new(server, grants))?;
        let path = self.path(server);
        let draft = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = write_private(&draft, &text).and_then(|()| fs::rename(&draft, &path));
        if written.is_err() {
            // The first error is the one to tell.
            drop(fs::remove_file(&draft));
        }
        written
    }

    fn delete(&self, server: &str) -> io::Result<()> {
        match fs::remove_file(self.path(server)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            deleted => deleted,
        }
    }

    fn open_lock(&self, server: &str) -> io::Result<File> {
        self.create_folder()?;
        private_options().truncate(false).open(self.path(server).with_extension("lock"))
    }

    fn failed(&self, server: &str, error: &io::Error) -> AuthError {
        let path = self.path(server).display().to_string();
        AuthError::Store { path, reason: error.to_string() }
    }

    /// Files are small, but disks can be slow.
    async fn off_the_runtime<T: Send + 'static>(
        &self,
        server: &str,
        work: impl FnOnce(Self, &str) -> io::Result<T> + Send + 'static,
    ) -> Result<T, AuthError> {
        let (store, name) = (self.clone(), server.to_owned());
        tokio::task::spawn_blocking(move || work(store, &name))
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(|error| self.failed(server, &error))
    }
}

#[async_trait]
impl TokenStore for FileStore {
    async fn load(&self, server: &str) -> Result<Option<Grants>, AuthError> {
        self.off_the_runtime(server, |store, server| store.read(server)).await
    }

    async fn save(&self, server: &str, grants: &Grants) -> Result<(), AuthError> {
        let grants = grants.clone();
        self.off_the_runtime(server, move |store, server| store.write(server, &grants)).await
    }

    async fn remove(&self, server: &str) -> Result<(), AuthError> {
        self.off_the_runtime(server, |store, server| store.delete(server)).await
    }

    async fn lock(&self, server: &str) -> Result<Box<dyn Any + Send>, AuthError> {
        let file = self.off_the_runtime(server, |store, server| store.open_lock(server)).await?;
        let wait = async {
            loop {
                match file.try_lock() {
                    Ok(()) => return Ok(()),
                    Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
        };
        let locked = tokio::time::timeout(LOCK_TIME_MAX, wait).await.unwrap_or_else(|_| {
            Err(io::Error::other(format!(
                "another process has held its lock for {LOCK_TIME_MAX:?}"
            )))
        });
        locked.map_err(|error| self.failed(server, &error))?;
        // The lock is given back when the file is closed.
        Ok(Box::new(file))
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    // A left-over of a crash may have other permissions, so the file must be new.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private_options().create_new(true).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(unix)]
fn refuse_if_shared(metadata: &fs::Metadata, remedy: &str) -> io::Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::other(format!("others can reach it (mode {mode:o}); {remedy}")))
}

#[cfg(not(unix))]
fn refuse_if_shared(_metadata: &fs::Metadata, _remedy: &str) -> io::Result<()> {
    Ok(())
}

/// The host for people, and a number that tells servers of one host apart. The file says which server
/// it is for, so two servers with the same number are told apart as well.
fn file_stem(server: &str) -> String {
    const HOST_CHARACTERS_MAX: usize = 60;
    let host = server.split("://").nth(1).unwrap_or_default();
    let host: String = host
        .chars()
        .take_while(|c| !matches!(c, '/' | '?' | '#'))
        .take(HOST_CHARACTERS_MAX)
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' })
        .collect();
    // FNV-1a: stable between versions of Rust, which the hasher of the standard library is not.
    let number = server.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{host}-{number:016x}")
}

#[derive(Serialize, Deserialize)]
struct StoredServer {
    version: u32,
    server: String,
    current: Option<String>,
    by_issuer: BTreeMap<String, StoredGrant>,
}

#[derive(Serialize, Deserialize)]
struct StoredGrant {
    client_id: String,
    client_secret: Option<String>,
    client_auth: String,
    redirect_uri: Option<String>,
    client_expires_at: Option<u64>,
    resource: String,
    requested_scopes: String,
    access_token: Option<String>,
    refresh_token: Option<String>,
    renew_at: Option<u64>,
}

impl StoredServer {
    fn new(server: &str, grants: &Grants) -> Self {
        let by_issuer = grants.by_issuer.iter();
        Self {
            version: VERSION,
            server: server.to_owned(),
            current: grants.current.clone(),
            by_issuer: by_issuer.map(|(issuer, grant)| (issuer.clone(), grant.into())).collect(),
        }
    }
}

impl From<StoredServer> for Grants {
    fn from(stored: StoredServer) -> Self {
        let by_issuer = stored.by_issuer.into_iter();
        Self {
            current: stored.current,
            by_issuer: by_issuer.map(|(issuer, grant)| (issuer, grant.into())).collect(),
        }
    }
}

impl From<&Granted> for StoredGrant {
    fn from(grant: &Granted) -> Self {
        let text = |secret: &Secret| secret.expose().to_owned();
        let tokens = grant.tokens.as_ref();
        Self {
            client_id: grant.client.id.clone(),
            client_secret: grant.client.secret.as_ref().map(text),
            client_auth: grant.client.auth.name().to_owned(),
            redirect_uri: grant.client.redirect_uri.clone(),
            client_expires_at: grant.client.expires_at,
            resource: grant.resource.clone(),
            requested_scopes: grant.requested.to_string(),
            access_token: tokens.map(|tokens| text(&tokens.access)),
            refresh_token: tokens.and_then(|tokens| tokens.refresh.as_ref()).map(text),
            renew_at: tokens.and_then(|tokens| tokens.renew_at),
        }
    }
}

impl From<StoredGrant> for Granted {
    fn from(stored: StoredGrant) -> Self {
        let refresh = stored.refresh_token.map(Secret::new);
        let renew_at = stored.renew_at;
        Self {
            client: Client {
                id: stored.client_id,
                secret: stored.client_secret.map(Secret::new),
                auth: ClientAuth::from_name(&stored.client_auth).unwrap_or(ClientAuth::None),
                redirect_uri: stored.redirect_uri,
                expires_at: stored.client_expires_at,
            },
            requested: Scopes::parse(&stored.requested_scopes),
            resource: stored.resource,
            tokens: stored.access_token.map(|access| Tokens {
                access: Secret::new(access),
                refresh,
                renew_at,
            }),
        }
    }
}
