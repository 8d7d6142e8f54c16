//! What a path is about.

use super::PREFIX;
use super::error::ControlError;

/// What the paths of the servers of further worlds begin with.
pub(super) const WORLD_PREFIX: &str = "/w/";

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// The control plane; what follows its prefix.
    Control(&'a str),
    /// Perhaps a server, at a path within its world. The first world has no name.
    Server { world: Option<&'a str>, path: &'a str },
}

impl<'a> Route<'a> {
    pub(super) fn of(path: &'a str) -> Self {
        if let Some(place) = path.strip_prefix(PREFIX)
            && (place.is_empty() || place.starts_with('/'))
        {
            return Self::Control(place);
        }
        let within = path
            .strip_prefix(WORLD_PREFIX)
            .and_then(|rest| rest.find('/').map(|at| rest.split_at(at)));
        match within {
            Some((world, path)) => Self::Server { world: Some(world), path },
            None => Self::Server { world: None, path },
        }
    }
}

/// Which world a place of the control plane is about, and what of it.
pub(super) fn split(place: &str) -> Result<(Option<&str>, &str), ControlError> {
    let names: Vec<_> = place.trim_matches('/').split('/').collect();
    match names.as_slice() {
        ["worlds", id, resource] => Ok((Some(id), resource)),
        ["worlds", id] => Ok((Some(id), "")),
        [resource] if !resource.is_empty() => Ok((None, resource)),
        _ => Err(ControlError::place(place, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_servers_worlds_and_the_control_plane() {
        let server = |world, path| Route::Server { world, path };

        assert_eq!(Route::of("/github/mcp"), server(None, "/github/mcp"));
        assert_eq!(Route::of("/w/w1/github/mcp"), server(Some("w1"), "/github/mcp"));
        assert_eq!(Route::of("/w/w1"), server(None, "/w/w1"));
        assert_eq!(Route::of("/__mock/clock"), Route::Control("/clock"));
        assert_eq!(Route::of("/__mocked"), server(None, "/__mocked"));
    }

    #[test]
    fn places_are_about_a_world() {
        assert_eq!(split("/clock").unwrap(), (None, "clock"));
        assert_eq!(split("/worlds").unwrap(), (None, "worlds"));
        assert_eq!(split("/worlds/w1").unwrap(), (Some("w1"), ""));
        assert_eq!(split("/worlds/w1/clock").unwrap(), (Some("w1"), "clock"));
        assert!(split("").is_err() && split("/worlds/w1/clock/now").is_err());
    }
}
