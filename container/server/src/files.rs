//! `/files/<name>`: what a session writes, so that it can be seen who finds it later.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::head::Refusal;
use crate::limits::{FILE_NAME_BYTES_MAX, FILES_MAX};

/// The file of that name in `folder`.
///
/// # Errors
/// A [`Refusal`] if the name is not 1 to 64 letters, digits, `-`, `_` and `.`, or begins with a dot.
pub fn path(folder: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let fits = (1..=FILE_NAME_BYTES_MAX).contains(&name.len());
    if fits && name.bytes().all(known) && !name.starts_with('.') {
        return Ok(folder.join(name));
    }
    Err(Refusal { status: 400, why: "a file's name is 1 to 64 letters, digits, '-', '_' and '.'" })
}

/// # Errors
/// A [`Refusal`] if there is none, or it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal { status: 404, why: "there is no such file" },
        _ => Refusal { status: 500, why: "the file cannot be read" },
    })
}

/// Writes it and returns whether it is new.
///
/// # Errors
/// A [`Refusal`] if it is one too many, or cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<bool, Refusal> {
    let new = !path.exists();
    let count = path.parent().and_then(|folder| fs::read_dir(folder).ok()).map_or(0, Iterator::count);
    if new && count >= FILES_MAX {
        return Err(Refusal { status: 507, why: "there are as many files as may be" });
    }
    fs::write(path, bytes).map_err(|_| Refusal { status: 500, why: "the file cannot be written" })?;
    Ok(new)
}

/// Takes all files away and returns how many there were.
///
/// # Errors
/// A [`Refusal`] if one of them stays.
pub fn clear(folder: &Path) -> Result<usize, Refusal> {
    let cleared = fs::read_dir(folder).and_then(|files| {
        let files: Vec<_> = files.collect::<io::Result<_>>()?;
        files.iter().try_for_each(|file| fs::remove_file(file.path()))?;
        Ok(files.len())
    });
    cleared.map_err(|_| Refusal { status: 500, why: "the files cannot be taken away" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        let folder = Path::new("/files");
        assert_eq!(path(folder, "notes-1_a.txt").unwrap(), Path::new("/files/notes-1_a.txt"));
        let long = "a".repeat(FILE_NAME_BYTES_MAX + 1);
        for name in ["", ".", "..", ".hidden", "a/b", "%2e%2e", "a b", "ö", "a\0", &long] {
            assert_eq!(path(folder, name).unwrap_err().status, 400, "{name:?}");
        }
    }

    #[test]
    fn a_file_is_there_once_it_is_written() {
        let folder = std::env::temp_dir().join(format!("demo-server-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = path(&folder, "a").unwrap();
        assert_eq!(read(&file).unwrap_err().status, 404);
        assert!(write(&file, b"one").unwrap());
        assert!(!write(&file, b"two").unwrap());
        assert_eq!(read(&file).unwrap(), b"two");
        for index in 1..FILES_MAX {
            write(&folder.join(format!("b{index}")), b"").unwrap();
        }
        assert_eq!(write(&folder.join("c"), b"").unwrap_err().status, 507);
        assert_eq!(clear(&folder).unwrap(), FILES_MAX);
        assert_eq!(read(&file).unwrap_err().status, 404);
        assert_eq!(clear(&folder).unwrap(), 0);
        fs::remove_dir_all(folder).unwrap();
    }
}
