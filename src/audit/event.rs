//! What is written down: every act there is.

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Someone signed in with their own password.
    SignedIn,
    /// A contact signed in with a temporary password.
    SignedInTemporarily,
    /// An attempt to sign in was refused; about no one when the account is not known.
    SignInRefused,
    /// Someone signed out.
    SignedOut,
    /// One session was ended from elsewhere.
    SessionEnded,
    /// All other sessions were ended.
    SessionsEnded,
    /// A staff user signed a device in.
    DeviceSignedIn,
    /// A device was revoked by someone.
    DeviceRevoked,
    /// A spent refresh token was used, so there is a copy; its device was revoked.
    RefreshTokenReused,
    /// A reset was asked for.
    ResetRequested,
    /// An invitation was asked for.
    InvitationRequested,
    /// The mail server took the mail with a temporary password.
    ResetMailed,
    /// The mail server refused it for good, or retries ended.
    ResetFailed,
    /// A reset was cancelled.
    ResetCancelled,
    /// A contact chose a password by a temporary one.
    PasswordChosen,
    /// Someone changed their password, knowing the current one.
    PasswordChanged,
    /// Website access was switched on.
    AccessOn,
    /// Website access was switched off.
    AccessOff,
    /// A contact asked for the usernames of their address.
    UsernamesMailed,
    /// A contact changed their name.
    NameChanged,
    /// A contact asked to change their e-mail address.
    EmailChangeRequested,
    /// A contact's e-mail address was changed.
    EmailChanged,
    /// A contact was given a username.
    UsernameChanged,
    /// A rep asked the office to change how a contact signs in.
    ChangeAsked,
    /// The office entered what a rep had asked for.
    ChangeEntered,
    /// The office turned down what a rep had asked for.
    ChangeDeclined,
    /// A mail other than a reset or invitation could not be delivered.
    MailFailed,
    /// A contact was created by an import.
    ContactImported,
    /// A contact's password came along from the system before.
    PasswordBrought,
    /// Rows of a file were corrected before it was brought in.
    ImportCorrected,
    /// Bringing a file in was started.
    ImportStarted,
    /// A file was brought in.
    ImportDone,
    /// Undoing an import was started.
    ImportUndone,
    /// An import was undone.
    ImportTakenBack,
    /// What an import did to one retailer or contact was undone.
    ImportedRowUndone,
    /// A retailer was entered.
    RetailerAdded,
    /// A retailer's details were changed.
    RetailerChanged,
    /// Business with a retailer was taken up again.
    RetailerActivated,
    /// A retailer was deactivated.
    RetailerDeactivated,
    /// A contact was entered by hand.
    ContactAdded,
    /// A contact's details were changed.
    ContactChanged,
    /// A contact was activated again.
    ContactActivated,
    /// A contact was deactivated.
    ContactDeactivated,
    /// A contact was moved to another retailer.
    ContactMoved,
    /// Another record of the same person was merged into this one.
    ContactMerged,
    /// Mail to a contact's address came back.
    AddressBounced,
    /// The mark that mail came back was taken off.
    BounceCleared,
    /// A list of customers was exported.
    CustomersExported,
    /// One act for many was started.
    RunStarted,
    /// It was to begin later, and was begun at once.
    RunBegun,
    /// It was paused.
    RunPaused,
    /// It was resumed.
    RunResumed,
    /// The rest of it was called off.
    RunCancelled,
    /// A staff user was added.
    StaffAdded,
    /// A reset of a staff password was asked for.
    StaffResetRequested,
    /// A staff user chose a password by a mailed link and code.
    StaffPasswordChosen,
    /// A staff user's details or territories were changed.
    StaffChanged,
    /// A staff user was given another role.
    StaffRoleChanged,
    /// A staff user works here again.
    StaffActivated,
    /// A staff user was deactivated.
    StaffDeactivated,
    /// Sessions of a staff user were ended from elsewhere.
    StaffSignedOut,
    /// A role was made.
    RoleAdded,
    /// What a role allows was changed.
    RoleChanged,
    /// A role was deleted.
    RoleDeleted,
    /// A role was made to need a second factor.
    SecondFactorEnforced,
    /// A role no longer needs a second factor.
    SecondFactorReleased,
    /// A territory was made.
    TerritoryAdded,
    /// A territory was given another name.
    TerritoryRenamed,
    /// An empty territory was deleted.
    TerritoryDeleted,
    /// A passkey or an authenticator app was added.
    FactorAdded,
    /// A passkey or an authenticator app was removed.
    FactorRemoved,
    /// A code or passkey was refused after the right password.
    FactorRefused,
    /// New recovery codes were made; earlier ones are void.
    RecoveryCodesMade,
    /// A recovery code was used up in place of the second factor.
    RecoveryCodeUsed,
    /// For a lost device, a link and a code were asked for.
    FactorResetRequested,
    /// A staff user removed their lost second factor by a mailed link and code.
    FactorsReset,
    /// A setting was changed.
    SettingChanged,
    /// A version of a mail template was saved.
    TemplateSaved,
    /// An earlier version of a mail template was restored.
    TemplateRestored,
    /// A test mail of a template was sent to whoever asked.
    TemplateTested,
    /// Everything known about a contact was exported.
    ContactDataExported,
    /// Everything that names a contact was erased.
    ContactErased,
    /// Records past their retention time were removed.
    RecordsRemoved,
    /// Entries of the audit trail past their retention time were removed.
    TrailShortened,
    /// The operator replaced the installation's key, which was lost.
    KeyReplaced,
    /// The operator put a backup in the place of the database.
    BackupRestored,
    /// Mails that may have left before a restore were sent after all.
    HeldMailsSent,
    /// Mails that may have left before a restore were called back.
    HeldMailsDropped,
    /// What follows from a restore was looked at.
    RestoreSignedOff,
    /// A job that ended the process twice was set aside.
    JobSetAside,
    /// A job that was set aside was taken up again.
    JobTakenUp,
}

impl Event {
    /// Every event there is.
    pub const ALL: [Self; 91] = [
        Self::SignedIn,
        Self::SignedInTemporarily,
        Self::SignInRefused,
        Self::SignedOut,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::DeviceSignedIn,
        Self::DeviceRevoked,
        Self::RefreshTokenReused,
        Self::ResetRequested,
        Self::InvitationRequested,
        Self::ResetMailed,
        Self::ResetFailed,
        Self::ResetCancelled,
        Self::PasswordChosen,
        Self::PasswordChanged,
        Self::AccessOn,
        Self::AccessOff,
        Self::UsernamesMailed,
        Self::NameChanged,
        Self::EmailChangeRequested,
        Self::EmailChanged,
        Self::UsernameChanged,
        Self::ChangeAsked,
        Self::ChangeEntered,
        Self::ChangeDeclined,
        Self::MailFailed,
        Self::ContactImported,
        Self::PasswordBrought,
        Self::ImportCorrected,
        Self::ImportStarted,
        Self::ImportDone,
        Self::ImportUndone,
        Self::ImportTakenBack,
        Self::ImportedRowUndone,
        Self::RetailerAdded,
        Self::RetailerChanged,
        Self::RetailerActivated,
        Self::RetailerDeactivated,
        Self::ContactAdded,
        Self::ContactChanged,
        Self::ContactActivated,
        Self::ContactDeactivated,
        Self::ContactMoved,
        Self::ContactMerged,
        Self::AddressBounced,
        Self::BounceCleared,
        Self::CustomersExported,
        Self::RunStarted,
        Self::RunBegun,
        Self::RunPaused,
        Self::RunResumed,
        Self::RunCancelled,
        Self::StaffAdded,
        Self::StaffResetRequested,
        Self::StaffPasswordChosen,
        Self::StaffChanged,
        Self::StaffRoleChanged,
        Self::StaffActivated,
        Self::StaffDeactivated,
        Self::StaffSignedOut,
        Self::RoleAdded,
        Self::RoleChanged,
        Self::RoleDeleted,
        Self::SecondFactorEnforced,
        Self::SecondFactorReleased,
        Self::TerritoryAdded,
        Self::TerritoryRenamed,
        Self::TerritoryDeleted,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::FactorRefused,
        Self::RecoveryCodesMade,
        Self::RecoveryCodeUsed,
        Self::FactorResetRequested,
        Self::FactorsReset,
        Self::SettingChanged,
        Self::TemplateSaved,
        Self::TemplateRestored,
        Self::TemplateTested,
        Self::ContactDataExported,
        Self::ContactErased,
        Self::RecordsRemoved,
        Self::TrailShortened,
        Self::KeyReplaced,
        Self::BackupRestored,
        Self::HeldMailsSent,
        Self::HeldMailsDropped,
        Self::RestoreSignedOff,
        Self::JobSetAside,
        Self::JobTakenUp,
    ];

    /// The event of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// Its name in the database and in exports.
    #[expect(clippy::too_many_lines, reason = "a table: an event a line")]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignedInTemporarily => "signed-in-temporarily",
            Self::SignInRefused => "sign-in-refused",
            Self::SignedOut => "signed-out",
            Self::SessionEnded => "session-ended",
            Self::SessionsEnded => "sessions-ended",
            Self::DeviceSignedIn => "device-signed-in",
            Self::DeviceRevoked => "device-revoked",
            Self::RefreshTokenReused => "refresh-token-reused",
            Self::ResetRequested => "reset-requested",
            Self::InvitationRequested => "invitation-requested",
            Self::ResetMailed => "reset-mailed",
            Self::ResetFailed => "reset-failed",
            Self::ResetCancelled => "reset-cancelled",
            Self::PasswordChosen => "password-chosen",
            Self::PasswordChanged => "password-changed",
            Self::AccessOn => "access-on",
            Self::AccessOff => "access-off",
            Self::UsernamesMailed => "usernames-mailed",
            Self::NameChanged => "name-changed",
            Self::EmailChangeRequested => "email-change-requested",
            Self::EmailChanged => "email-changed",
            Self::UsernameChanged => "username-changed",
            Self::ChangeAsked => "change-asked",
            Self::ChangeEntered => "change-entered",
            Self::ChangeDeclined => "change-declined",
            Self::MailFailed => "mail-failed",
            Self::ContactImported => "contact-imported",
            Self::PasswordBrought => "password-brought",
            Self::ImportCorrected => "import-corrected",
            Self::ImportStarted => "import-started",
            Self::ImportDone => "import-done",
            Self::ImportUndone => "import-undone",
            Self::ImportTakenBack => "import-taken-back",
            Self::ImportedRowUndone => "imported-row-undone",
            Self::RetailerAdded => "retailer-added",
            Self::RetailerChanged => "retailer-changed",
            Self::RetailerActivated => "retailer-activated",
            Self::RetailerDeactivated => "retailer-deactivated",
            Self::ContactAdded => "contact-added",
            Self::ContactChanged => "contact-changed",
            Self::ContactActivated => "contact-activated",
            Self::ContactDeactivated => "contact-deactivated",
            Self::ContactMoved => "contact-moved",
            Self::ContactMerged => "contact-merged",
            Self::AddressBounced => "address-bounced",
            Self::BounceCleared => "bounce-cleared",
            Self::CustomersExported => "customers-exported",
            Self::RunStarted => "run-started",
            Self::RunBegun => "run-begun",
            Self::RunPaused => "run-paused",
            Self::RunResumed => "run-resumed",
            Self::RunCancelled => "run-cancelled",
            Self::StaffAdded => "staff-added",
            Self::StaffResetRequested => "staff-reset-requested",
            Self::StaffPasswordChosen => "staff-password-chosen",
            Self::StaffChanged => "staff-changed",
            Self::StaffRoleChanged => "staff-role-changed",
            Self::StaffActivated => "staff-activated",
            Self::StaffDeactivated => "staff-deactivated",
            Self::StaffSignedOut => "staff-signed-out",
            Self::RoleAdded => "role-added",
            Self::RoleChanged => "role-changed",
            Self::RoleDeleted => "role-deleted",
            Self::SecondFactorEnforced => "role-second-factor-on",
            Self::SecondFactorReleased => "role-second-factor-off",
            Self::TerritoryAdded => "territory-added",
            Self::TerritoryRenamed => "territory-renamed",
            Self::TerritoryDeleted => "territory-deleted",
            Self::FactorAdded => "factor-added",
            Self::FactorRemoved => "factor-removed",
            Self::FactorRefused => "factor-refused",
            Self::RecoveryCodesMade => "staff-recovery-codes-made",
            Self::RecoveryCodeUsed => "staff-recovery-code-used",
            Self::FactorResetRequested => "staff-factor-reset-requested",
            Self::FactorsReset => "staff-factors-reset",
            Self::SettingChanged => "setting-changed",
            Self::TemplateSaved => "template-saved",
            Self::TemplateRestored => "template-restored",
            Self::TemplateTested => "template-tested",
            Self::ContactDataExported => "contact-data-exported",
            Self::ContactErased => "contact-erased",
            Self::RecordsRemoved => "records-removed",
            Self::TrailShortened => "trail-shortened",
            Self::KeyReplaced => "key-replaced",
            Self::BackupRestored => "backup-restored",
            Self::HeldMailsSent => "held-mails-sent",
            Self::HeldMailsDropped => "held-mails-dropped",
            Self::RestoreSignedOff => "restore-signed-off",
            Self::JobSetAside => "job-set-aside",
            Self::JobTakenUp => "job-taken-up",
        }
    }
}
