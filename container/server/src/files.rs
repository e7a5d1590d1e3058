//! `/files/<name>`: files that a session writes, to show whether the next session can read them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::http::StatusCode;

use crate::limits::{FILE_NAME_BYTES_MAX, FILES_MAX};
use crate::refusal::Refusal;

/// Returns the path of the file with that name in `folder`.
///
/// # Errors
/// A [`Refusal`] if the name is not 1 to 64 letters, digits, `-`, `_` and `.`, or starts with a dot.
pub fn path(folder: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let fits = (1..=FILE_NAME_BYTES_MAX).contains(&name.len());
    if fits && name.bytes().all(known) && !name.starts_with('.') {
        return Ok(folder.join(name));
    }
    let cause = "a file's name has 1 to 64 letters, digits, '-', '_' and '.', and starts with no dot";
    Err(Refusal::new(StatusCode::BAD_REQUEST, cause))
}

/// Returns the file's content.
///
/// # Errors
/// A [`Refusal`] if the file does not exist or cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::new(StatusCode::NOT_FOUND, "there is no such file"),
        _ => failed("read the file", &error),
    })
}

/// Writes the file and returns whether it is new.
///
/// # Errors
/// A [`Refusal`] if the folder is full or the file cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<bool, Refusal> {
    let new = !path.exists();
    let count = path.parent().and_then(|folder| fs::read_dir(folder).ok()).map_or(0, Iterator::count);
    if new && count >= FILES_MAX {
        let cause = format!("there are {count} files already (at most {FILES_MAX})");
        return Err(Refusal::new(StatusCode::INSUFFICIENT_STORAGE, cause));
    }
    fs::write(path, bytes).map_err(|error| failed("write the file", &error))?;
    Ok(new)
}

/// Removes all files and returns how many there were.
///
/// # Errors
/// A [`Refusal`] if one of them cannot be removed.
pub fn clear(folder: &Path) -> Result<usize, Refusal> {
    let cleared = fs::read_dir(folder).and_then(|files| {
        let files: Vec<_> = files.collect::<io::Result<_>>()?;
        files.iter().try_for_each(|file| fs::remove_file(file.path()))?;
        Ok(files.len())
    });
    cleared.map_err(|error| failed("remove the files", &error))
}

fn failed(what: &str, error: &io::Error) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("cannot {what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_with_separators_or_a_leading_dot_is_rejected() {
        let folder = Path::new("/files");
        assert_eq!(path(folder, "notes-1_a.txt").unwrap(), Path::new("/files/notes-1_a.txt"));
        let long = "a".repeat(FILE_NAME_BYTES_MAX + 1);
        for name in ["", ".", "..", ".hidden", "a/b", "%2e%2e", "a b", "ö", "a\0", &long] {
            assert_eq!(path(folder, name).unwrap_err().status, StatusCode::BAD_REQUEST, "{name:?}");
        }
    }

    #[test]
    fn file_is_readable_until_cleared() {
        let folder = std::env::temp_dir().join(format!("demo-server-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = path(&folder, "a").unwrap();
        assert_eq!(read(&file).unwrap_err().status, StatusCode::NOT_FOUND);
        assert!(write(&file, b"one").unwrap());
        assert!(!write(&file, b"two").unwrap());
        assert_eq!(read(&file).unwrap(), b"two");
        for index in 1..FILES_MAX {
            write(&folder.join(format!("b{index}")), b"").unwrap();
        }
        assert_eq!(write(&folder.join("c"), b"").unwrap_err().status, StatusCode::INSUFFICIENT_STORAGE);
        assert_eq!(clear(&folder).unwrap(), FILES_MAX);
        assert_eq!(read(&file).unwrap_err().status, StatusCode::NOT_FOUND);
        assert_eq!(clear(&folder).unwrap(), 0);
        fs::remove_dir_all(folder).unwrap();
    }
}
