//! File systems of our own under the store: one whose power can be cut, and a small one that can be filled. Both need
//! root; without it they are not to be had, and the test that wanted one says so where nobody can miss it.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

/// An ext4 file system in a file, mounted over a folder.
pub struct LoopDisk {
    image: PathBuf,
    mount: Mount,
}

impl LoopDisk {
    /// Makes one of `mebibytes` and mounts it, or gives `None` where that is not allowed.
    pub fn over(folder: &Path, image: PathBuf, mebibytes: u64) -> Option<Self> {
        fs::File::create(&image).unwrap().set_len(mebibytes << 20).unwrap();
        let made = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image).env("PATH", path_with_sbin()).status();
        if !made.is_ok_and(|status| status.success()) {
            return None;
        }
        let mount = Mount::try_new(&["-o", "loop"], &image, folder)?;
        Some(Self { image, mount })
    }

    /// Takes hold of the plug: nothing happens until [`Plug::pull`].
    pub fn plug(&self) -> Plug {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/power_cut.py");
        let mut helper = Command::new("python3")
            .arg(program)
            .arg(&self.mount.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = helper.stdin.take().unwrap();
        let mut output = BufReader::new(helper.stdout.take().unwrap());
        expect_line(&mut output, "ready");
        Plug { helper, input, output }
    }

    /// Brings the power back: what had been synced is there, the rest is not. Nobody may hold a file of it open.
    pub fn power_on(&mut self) {
        self.mount.unmount();
        let folder = self.mount.folder.clone();
        self.mount = Mount::try_new(&["-o", "loop"], &self.image, &folder).expect("was mounted a moment ago");
    }
}

/// The plug of a [`LoopDisk`] in somebody's hand.
pub struct Plug {
    helper: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Plug {
    /// Cuts the power. When this returns, nothing more reaches the device.
    pub fn pull(mut self) {
        self.input.write_all(b"cut\n").unwrap();
        expect_line(&mut self.output, "cut");
        self.helper.wait().unwrap();
    }
}

fn expect_line(output: &mut BufReader<ChildStdout>, expect: &str) {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), expect, "tests/peers/power_cut.py");
}

/// A file system in memory with a size of its own.
pub struct SmallDisk {
    mount: Mount,
}

impl SmallDisk {
    /// Mounts one of `mebibytes` over a folder, or gives `None` where that is not allowed.
    pub fn over(folder: &Path, mebibytes: u64) -> Option<Self> {
        let mount = Mount::try_new(&["-t", "tmpfs", "-o", &format!("size={mebibytes}m")], Path::new("none"), folder)?;
        Some(Self { mount })
    }

    /// Writes zeros into a file of its own until nothing more fits.
    pub fn fill(&self) {
        let mut file = fs::File::create(self.filler()).unwrap();
        let zeros = vec![0; 64 * 1024];
        while file.write_all(&zeros).is_ok() {}
    }

    /// Gives the space back.
    pub fn clear(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.mount.folder.join("somebody-elses-file")
    }
}

/// Something mounted over a folder, for as long as this lives.
struct Mount {
    folder: PathBuf,
    mounted: bool,
}

impl Mount {
    fn try_new(options: &[&str], what: &Path, folder: &Path) -> Option<Self> {
        let mount = Command::new("mount").args(options).arg(what).arg(folder).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self { folder: folder.to_owned(), mounted: true })
    }

    /// The last process that had files open there may take a moment to be gone.
    fn unmount(&mut self) {
        for _ in 0..100 {
            if !self.mounted || Command::new("umount").arg(&self.folder).output().is_ok_and(|o| o.status.success()) {
                self.mounted = false;
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        // Hidden from everybody at least, and gone with its last user.
        drop(Command::new("umount").arg("--lazy").arg(&self.folder).output());
        self.mounted = false;
        panic!("{} stayed busy", self.folder.display());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if self.mounted && thread::panicking() {
            drop(Command::new("umount").arg("--lazy").arg(&self.folder).output());
        } else {
            self.unmount();
        }
    }
}

fn path_with_sbin() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Says that a test did not run, past the test runner's capture of output.
pub fn skipped(test: &str, why: &str) {
    let line = format!("\n*** SKIPPED {test}: {why} ***\n");
    io::stderr().write_all(line.as_bytes()).unwrap();
}
