//! The clock of a daemon, moved from outside by libfaketime.

use std::fs;
use std::path::PathBuf;

use crate::gateway::Gateway;

/// Where Debian puts it, under the name of the machine.
fn libfaketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
    let found = folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|library| library.exists());
    found.expect("libfaketime is not installed: run `make tools`")
}

/// The clock of a daemon, ahead of ours.
pub(crate) struct MovedClock {
    file: PathBuf,
    ahead: u64,
}

impl MovedClock {
    /// Starts a daemon under such a clock, which shows our time until it is moved.
    pub(crate) fn start(gateway: &mut Gateway) -> Self {
        Self::start_ahead(gateway, 0)
    }

    /// The same under one that is ahead from the beginning.
    pub(crate) fn start_ahead(gateway: &mut Gateway, seconds: u64) -> Self {
        let mut clock = Self { file: gateway.path("ahead"), ahead: 0 };
        clock.move_on(seconds);
        clock.start_daemon(gateway);
        clock
    }

    /// Stops the daemon in order and starts it again, under the same clock.
    pub(crate) fn start_again(&self, gateway: &mut Gateway) {
        assert!(gateway.stop().success(), "{}", gateway.log());
        self.start_daemon(gateway);
    }

    fn start_daemon(&self, gateway: &mut Gateway) {
        gateway.start_with(&[
            ("LD_PRELOAD", libfaketime().to_str().unwrap()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ]);
    }

    /// Moves it on.
    pub(crate) fn move_on(&mut self, seconds: u64) {
        self.ahead += seconds;
        // Whoever reads it meanwhile finds the old one or the new one whole.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("+{}\n", self.ahead)).unwrap();
        fs::rename(new, &self.file).unwrap();
    }
}
