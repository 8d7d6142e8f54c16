//! Where logins are kept.

use std::path::PathBuf;

use super::interpolation::Environment;

/// Names another folder for tokens.
const VARIABLE: &str = "ORCHESTRATOR_TOKENS_DIR";

/// The folder of the user for tokens; `None` when the environment names no place for the user's data.
///
/// `$ORCHESTRATOR_TOKENS_DIR`, else `orchestrator/tokens` below the folder that the system has for data of
/// programs.
pub(super) fn folder(environment: &Environment<'_>) -> Option<PathBuf> {
    let path = |name: &str| environment(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(folder) = path(VARIABLE) {
        return Some(folder);
    }
    // A relative path is to be ignored (XDG Base Directory Specification).
    let data = path("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let data = data.or_else(|| {
        if cfg!(windows) {
            return path("LOCALAPPDATA");
        }
        let below =
            if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
        path("HOME").map(|home| home.join(below))
    });
    data.map(|data| data.join("orchestrator").join("tokens"))
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn tokens_are_kept_with_the_data_of_the_user() {
        let (home, xdg) = (("HOME", "/h"), "XDG_DATA_HOME");
        for (variables, expected) in [
            (vec![home], Some("/h/.local/share/orchestrator/tokens")),
            (vec![home, (xdg, "/data")], Some("/data/orchestrator/tokens")),
            (vec![home, (xdg, "data")], Some("/h/.local/share/orchestrator/tokens")),
            (vec![home, (VARIABLE, "t")], Some("t")),
            (vec![], None),
        ] {
            let environment = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };

            assert_eq!(folder(&environment).as_deref(), expected.map(Path::new), "{variables:?}");
        }
    }
}
