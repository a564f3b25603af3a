//! Where an import stands.

use crate::kernel::names;

names! {
    /// Where an import stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum State {
        /// Its file is being read.
        Staging = "staging",
        /// It waits for someone to say what the columns hold.
        Staged = "staged",
        /// Its rows are looked at.
        Checking = "checking",
        /// It waits for someone to start it.
        Checked = "checked",
        /// It is brought in.
        Running = "running",
        /// It waits for someone who may go on with it.
        Paused = "paused",
        /// It is in.
        Done = "done",
        /// It is undone, row by row.
        Undoing = "undoing",
        /// It was undone.
        Undone = "undone",
    }
}

impl State {
    /// Whether it goes on by itself.
    pub const fn moves(self) -> bool {
        matches!(self, Self::Staging | Self::Checking | Self::Running | Self::Undoing)
    }

    /// Whether nothing has been brought in yet.
    pub const fn is_draft(self) -> bool {
        matches!(self, Self::Staging | Self::Staged | Self::Checking | Self::Checked)
    }
}
