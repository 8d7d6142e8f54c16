//! Attachments: files that come with messages, and the disk that they come from and are saved to.
//!
//! The disk is a part of the world. No operation reads or writes the real one: a test says which files
//! there are, and looks at those that were saved.

use super::quota::Quota;
use super::refusal::invalid;
use super::{Api, File, Gmail, Message};
use crate::service::ApiError;

/// What ids of attachments begin with.
const ID_PREFIX: &str = "ANGjdJ_";

impl Gmail {
    /// The file at this path of the world's disk.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        let path = normal(path);
        self.files.iter().find(|file| normal(&file.name) == path)
    }

    /// The file at this path as it is attached: under the last part of its path. Free.
    ///
    /// # Errors
    /// 400 when there is none.
    pub fn to_attach(&self, path: &str) -> Result<File, ApiError> {
        let file = self.file(path).ok_or_else(|| {
            invalid(format!(
                "File does not exist: {path} (mcp-mock reads no disk; the seed names files to attach \
                 under `gmail.files`)"
            ))
        })?;
        let normal = normal(path);
        Ok(file.named(normal.rsplit('/').next().unwrap_or_default()))
    }

    /// An attachment of a message.
    ///
    /// # Errors
    /// As [`get`](Self::get); 400 when the message has no such attachment.
    pub fn attachment(
        &self,
        api: &mut Api<'_>,
        message_id: &str,
        id: &str,
    ) -> Result<&File, ApiError> {
        Quota::AttachmentGet.spend(api)?;
        let message = self.find(message_id)?;
        let mut attachments = message.attachments.iter().enumerate();
        let found = attachments.find(|(place, _)| message.attachment_id(*place) == id);
        found.map(|(_, file)| file).ok_or_else(|| invalid("Invalid attachment token"))
    }

    /// Puts a file with this content into a folder of the world's disk, over one of the same name, and
    /// gives back its path. Free.
    ///
    /// # Errors
    /// 400 when the name would lead out of the folder.
    pub fn save(&mut self, folder: &str, name: &str, file: &File) -> Result<String, ApiError> {
        let leads_away = name.contains(['/', '\\']) || name.chars().any(char::is_control);
        if leads_away || matches!(name, "" | "." | "..") {
            return Err(invalid(format!("`{name}` is no name of a file in a folder")));
        }
        let path = normal(&format!("{folder}/{name}"));
        let saved = file.named(path.as_str());
        match self.files.iter_mut().find(|known| normal(&known.name) == path) {
            Some(known) => *known = saved,
            None => self.files.push(saved),
        }
        Ok(path)
    }
}

impl Message {
    /// The id of the attachment at this place. The vendor gives out another one each time.
    #[must_use]
    pub fn attachment_id(&self, place: usize) -> String {
        format!("{ID_PREFIX}{}_{place}", self.id)
    }
}

/// A path without empty parts, dots and ways back, as `path.join` of Node writes it.
fn normal(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if is_absolute => {}
            _ => parts.push(part),
        }
    }
    let root = if is_absolute { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_found_however_its_path_is_spelled() {
        let files = vec![File::new("/reports/q1.csv", "a,b"), File::new("notes.txt", "x")];
        let gmail = Gmail { files, ..Gmail::default() };

        for path in ["/reports/q1.csv", "/reports/./q1.csv", "//reports/old/../q1.csv"] {
            assert_eq!(gmail.to_attach(path).unwrap().name, "q1.csv", "{path}");
        }
        assert_eq!(gmail.to_attach("./notes.txt").unwrap().content(), b"x");
        assert_eq!(gmail.to_attach("../notes.txt").unwrap_err().status, 400);
    }

    #[test]
    fn saved_file_takes_the_place_of_its_namesake() {
        let mut gmail = Gmail::default();

        let first = gmail.save("/tmp", "a.txt", &File::new("a.txt", "one")).unwrap();
        let second = gmail.save("/tmp/", "a.txt", &File::new("b.txt", "two")).unwrap();

        assert_eq!((first.as_str(), second.as_str()), ("/tmp/a.txt", "/tmp/a.txt"));
        assert_eq!(gmail.files, [File::new("/tmp/a.txt", "two")]);
    }

    #[test]
    fn name_that_leads_out_of_the_folder_is_refused() {
        let mut gmail = Gmail::default();

        for name in ["", ".", "..", "../a", "/etc/passwd", "a/b", "a\\b", "a\0b"] {
            let refused = gmail.save("/tmp", name, &File::default()).unwrap_err();
            assert_eq!(refused.status, 400, "{name:?}");
        }
        assert!(gmail.files.is_empty());
    }
}
