//! Runs that are killed amid their work, however fast the machine is at the moment.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// So many runs may come to their end before the kill.
const MOST_ENDED: usize = 40;

/// Kills that are spread over the time of a run.
pub struct Kills {
    whole: Duration,
    cut_short: usize,
    ended: usize,
}

impl Kills {
    /// Of runs that take as long as this one.
    pub fn measured(run: impl FnOnce()) -> Self {
        let started = Instant::now();
        run();
        Self { whole: started.elapsed(), cut_short: 0, ended: 0 }
    }

    /// How many runs were killed before their end.
    pub fn cut_short(&self) -> usize {
        self.cut_short
    }

    /// After such a share of a run's time.
    pub fn time(&self, share: f64) -> Duration {
        self.whole.mul_f64(share)
    }

    /// Starts it, and kills it after a share of a run's time. A run that comes to its end before that shows that the machine is
    /// faster now: the next are killed earlier.
    pub fn kill(&mut self, command: &mut Command, share: f64) {
        let mut child = command.spawn().unwrap();
        sleep(self.time(share));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_none() {
            self.cut_short += 1;
        } else {
            self.ended += 1;
            self.whole = self.whole.mul_f64(0.8);
            assert!(self.ended < MOST_ENDED, "{} runs came to their end, {} were killed", self.ended, self.cut_short);
        }
    }
}
