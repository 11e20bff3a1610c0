//! Zip archives with archives in them, as UNECE publishes its directories; bounded, for anybody can make a small archive
//! that unpacks to something huge.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::edi::guide::import::unece::File;

/// Archives inside one another; directories have two.
const DEPTH: usize = 3;
/// Files in all; the largest directory has about three hundred.
const FILES: usize = 4_096;
/// Bytes of one file, unpacked; the largest code list has three MiB.
const FILE: u64 = 16 << 20;
/// Bytes of all files, unpacked; the largest directory has twenty MiB.
const TOTAL: u64 = 128 << 20;

/// The files of an archive, those of archives in it among them.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<File>, String> {
    let mut unpacking = Unpacking { files: Vec::new(), total: 0 };
    unpacking.archive("", bytes, 1)?;
    Ok(unpacking.files)
}

struct Unpacking {
    files: Vec<File>,
    total: u64,
}

impl Unpacking {
    fn archive(&mut self, path: &str, bytes: &[u8], depth: usize) -> Result<(), String> {
        let unreadable = |fault: &dyn std::fmt::Display| {
            let of = if path.is_empty() { "it".to_owned() } else { format!("{path} in it") };
            format!("{of} cannot be unpacked: {fault}")
        };
        if depth > DEPTH {
            return Err(format!("{path} is an archive more than {DEPTH} deep"));
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| unreadable(&fault))?;
        if archive.len() > FILES {
            return Err(format!("there are more than {FILES} files in it"));
        }
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).map_err(|fault| unreadable(&fault))?;
            if !entry.is_file() {
                continue;
            }
            let name = format!("{path}{}", entry.name().map_err(|fault| unreadable(&fault))?);
            let mut content = Vec::new();
            // What the archive says of sizes is not believed.
            let limit = FILE.min(TOTAL - self.total);
            entry.by_ref().take(limit + 1).read_to_end(&mut content).map_err(|fault| unreadable(&fault))?;
            let size = content.len() as u64;
            if size > limit {
                return Err(format!("{name} unpacks to more than {} MiB", limit >> 20));
            }
            self.total += size;
            if name.to_ascii_lowercase().ends_with(".zip") {
                self.archive(&format!("{name}/"), &content, depth + 1)?;
            } else {
                self.files.push(File { name, bytes: content });
            }
            if self.files.len() > FILES {
                return Err(format!("there are more than {FILES} files in it"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::guide::tests::zipped;

    #[test]
    fn archives_in_archives_are_unpacked_up_to_the_bounds() {
        let files = |bytes: &[u8]| -> Result<Vec<(String, usize)>, String> {
            Ok(unpack(bytes)?.into_iter().map(|file| (file.name, file.bytes.len())).collect())
        };
        let inner = zipped(&[("a.txt", b"12"), ("folder/b.txt", b"345")]);
        let two = zipped(&[("EDMD.ZIP", &inner), ("c.txt", b"")]);
        let expect = [("EDMD.ZIP/a.txt", 2), ("EDMD.ZIP/folder/b.txt", 3), ("c.txt", 0)];
        assert_eq!(files(&two).unwrap(), expect.map(|(name, size)| (name.to_owned(), size)));
        let three = zipped(&[("x.zip", &two)]);
        assert!(files(&three).is_ok());
        assert_eq!(
            files(&zipped(&[("y.zip", &three)])),
            Err("y.zip/x.zip/EDMD.ZIP/ is an archive more than 3 deep".to_owned())
        );
        let large = vec![b' '; FILE as usize];
        assert!(files(&zipped(&[("a", &large)])).is_ok());
        let over = [large.as_slice(), b" "].concat();
        assert_eq!(files(&zipped(&[("a", &over)])), Err("a unpacks to more than 16 MiB".to_owned()));
        let names: Vec<String> = (0..9).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), large.as_slice())).collect();
        assert!(files(&zipped(&many[..8])).is_ok());
        assert_eq!(files(&zipped(&many)), Err("8 unpacks to more than 0 MiB".to_owned()));
        let names: Vec<String> = (0..=FILES).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert!(files(&zipped(&many[..FILES])).is_ok());
        assert_eq!(files(&zipped(&many)), Err("there are more than 4096 files in it".to_owned()));
        assert!(files(b"PK\x03\x04 and no more").unwrap_err().starts_with("it cannot be unpacked: "));
        let broken = zipped(&[("z.zip", b"this is no archive")]);
        assert!(files(&broken).unwrap_err().starts_with("z.zip/ in it cannot be unpacked: "));
    }
}
