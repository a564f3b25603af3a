//! Where an import stands.

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its file is being read.
    Staging,
    /// It waits for someone to say what the columns hold.
    Staged,
    /// Its rows are looked at.
    Checking,
    /// It waits for someone to start it.
    Checked,
    /// It is brought in.
    Running,
    /// It waits for someone who may go on with it.
    Paused,
    /// It is in.
    Done,
    /// It is undone, row by row.
    Undoing,
    /// It was undone.
    Undone,
}

impl State {
    const ALL: [Self; 9] = [
        Self::Staging,
        Self::Staged,
        Self::Checking,
        Self::Checked,
        Self::Running,
        Self::Paused,
        Self::Done,
        Self::Undoing,
        Self::Undone,
    ];

    /// Its name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Staged => "staged",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it goes on by itself.
    pub const fn moves(self) -> bool {
        matches!(self, Self::Staging | Self::Checking | Self::Running | Self::Undoing)
    }

    /// Whether nothing has been brought in yet.
    pub const fn is_draft(self) -> bool {
        matches!(self, Self::Staging | Self::Staged | Self::Checking | Self::Checked)
    }
}
