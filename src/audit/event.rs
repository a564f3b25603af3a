//! What is written down: every act there is.

use crate::kernel::names;

names! {
    /// What was done.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Event {
        /// Someone signed in with their own password.
        SignedIn = "signed-in",
        /// A contact signed in with a temporary password.
        SignedInTemporarily = "signed-in-temporarily",
        /// An attempt to sign in was refused; about no one when the account is not known.
        SignInRefused = "sign-in-refused",
        /// After too many wrong attempts the next one has to wait, for the first time in
        /// a row; about no one when the account is not known.
        WaitBegan = "wait-began",
        /// A wait was lifted.
        WaitLifted = "wait-lifted",
        /// Someone signed out.
        SignedOut = "signed-out",
        /// One session was ended from elsewhere.
        SessionEnded = "session-ended",
        /// All other sessions were ended.
        SessionsEnded = "sessions-ended",
        /// A staff user signed a device in.
        DeviceSignedIn = "device-signed-in",
        /// A device was revoked by someone.
        DeviceRevoked = "device-revoked",
        /// A spent refresh token was used, so there is a copy; its device was revoked.
        RefreshTokenReused = "refresh-token-reused",
        /// A reset was asked for.
        ResetRequested = "reset-requested",
        /// An invitation was asked for.
        InvitationRequested = "invitation-requested",
        /// The mail server took the mail with a temporary password.
        ResetMailed = "reset-mailed",
        /// The mail server refused it for good, or retries ended.
        ResetFailed = "reset-failed",
        /// A reset was cancelled.
        ResetCancelled = "reset-cancelled",
        /// A contact chose a password by a temporary one.
        PasswordChosen = "password-chosen",
        /// Someone changed their password, knowing the current one.
        PasswordChanged = "password-changed",
        /// Website access was switched on.
        AccessOn = "access-on",
        /// Website access was switched off.
        AccessOff = "access-off",
        /// A contact asked for the usernames of their address.
        UsernamesMailed = "usernames-mailed",
        /// A contact changed their name.
        NameChanged = "name-changed",
        /// A contact asked to change their e-mail address.
        EmailChangeRequested = "email-change-requested",
        /// A contact's e-mail address was changed.
        EmailChanged = "email-changed",
        /// A contact was given a username.
        UsernameChanged = "username-changed",
        /// A rep asked the office to change how a contact signs in.
        ChangeAsked = "change-asked",
        /// The office entered what a rep had asked for.
        ChangeEntered = "change-entered",
        /// The office turned down what a rep had asked for.
        ChangeDeclined = "change-declined",
        /// A mail other than a reset or invitation could not be delivered.
        MailFailed = "mail-failed",
        /// A contact was created by an import.
        ContactImported = "contact-imported",
        /// A contact's password came along from the system before.
        PasswordBrought = "password-brought",
        /// Rows of a file were corrected before it was brought in.
        ImportCorrected = "import-corrected",
        /// Bringing a file in was started.
        ImportStarted = "import-started",
        /// A file was brought in.
        ImportDone = "import-done",
        /// Undoing an import was started.
        ImportUndone = "import-undone",
        /// An import was undone.
        ImportTakenBack = "import-taken-back",
        /// What an import did to one retailer or contact was undone.
        ImportedRowUndone = "imported-row-undone",
        /// A retailer was entered.
        RetailerAdded = "retailer-added",
        /// A retailer's details were changed.
        RetailerChanged = "retailer-changed",
        /// Business with a retailer was taken up again.
        RetailerActivated = "retailer-activated",
        /// A retailer was deactivated.
        RetailerDeactivated = "retailer-deactivated",
        /// A contact was entered by hand.
        ContactAdded = "contact-added",
        /// A contact's details were changed.
        ContactChanged = "contact-changed",
        /// A contact was activated again.
        ContactActivated = "contact-activated",
        /// A contact was deactivated.
        ContactDeactivated = "contact-deactivated",
        /// A contact was moved to another retailer.
        ContactMoved = "contact-moved",
        /// Another record of the same person was merged into this one.
        ContactMerged = "contact-merged",
        /// Mail to a contact's address came back.
        AddressBounced = "address-bounced",
        /// The mark that mail came back was taken off.
        BounceCleared = "bounce-cleared",
        /// A list of customers was exported.
        CustomersExported = "customers-exported",
        /// One act for many was started.
        RunStarted = "run-started",
        /// It was to begin later, and was begun at once.
        RunBegun = "run-begun",
        /// It was paused.
        RunPaused = "run-paused",
        /// It was resumed.
        RunResumed = "run-resumed",
        /// The rest of it was called off.
        RunCancelled = "run-cancelled",
        /// A staff user was added.
        StaffAdded = "staff-added",
        /// A reset of a staff password was asked for.
        StaffResetRequested = "staff-reset-requested",
        /// A staff user chose a password by a mailed link and code.
        StaffPasswordChosen = "staff-password-chosen",
        /// A staff user's details or territories were changed.
        StaffChanged = "staff-changed",
        /// A staff user’s address, which they sign in with, was changed.
        StaffAddressChanged = "staff-address-changed",
        /// A staff user was given another role.
        StaffRoleChanged = "staff-role-changed",
        /// A staff user works here again.
        StaffActivated = "staff-activated",
        /// A staff user was deactivated.
        StaffDeactivated = "staff-deactivated",
        /// Sessions of a staff user were ended from elsewhere.
        StaffSignedOut = "staff-signed-out",
        /// A role was made.
        RoleAdded = "role-added",
        /// What a role allows was changed.
        RoleChanged = "role-changed",
        /// A role was deleted.
        RoleDeleted = "role-deleted",
        /// A role was made to need a second factor.
        SecondFactorEnforced = "role-second-factor-on",
        /// A role no longer needs a second factor.
        SecondFactorReleased = "role-second-factor-off",
        /// A territory was made.
        TerritoryAdded = "territory-added",
        /// A territory was given another name.
        TerritoryRenamed = "territory-renamed",
        /// An empty territory was deleted.
        TerritoryDeleted = "territory-deleted",
        /// A passkey or an authenticator app was added.
        FactorAdded = "factor-added",
        /// A passkey or an authenticator app was removed.
        FactorRemoved = "factor-removed",
        /// A code or passkey was refused after the right password.
        FactorRefused = "factor-refused",
        /// New recovery codes were made; earlier ones are void.
        RecoveryCodesMade = "staff-recovery-codes-made",
        /// A recovery code was used up in place of the second factor.
        RecoveryCodeUsed = "staff-recovery-code-used",
        /// For a lost device, a link and a code were asked for.
        FactorResetRequested = "staff-factor-reset-requested",
        /// A staff user removed their lost second factor by a mailed link and code.
        FactorsReset = "staff-factors-reset",
        /// With a password chosen by a mailed link and code went a second factor that was
        /// too young to stand.
        YoungFactorsRemoved = "staff-young-factors-removed",
        /// A setting was changed.
        SettingChanged = "setting-changed",
        /// A version of a mail template was saved.
        TemplateSaved = "template-saved",
        /// An earlier version of a mail template was restored.
        TemplateRestored = "template-restored",
        /// A test mail of a template was sent to whoever asked.
        TemplateTested = "template-tested",
        /// Everything known about a contact was exported.
        ContactDataExported = "contact-data-exported",
        /// Everything that names a contact was erased.
        ContactErased = "contact-erased",
        /// Records past their retention time were removed.
        RecordsRemoved = "records-removed",
        /// Entries of the audit trail past their retention time were removed.
        TrailShortened = "trail-shortened",
        /// The operator replaced the installation's key, which was lost.
        KeyReplaced = "key-replaced",
        /// The operator put a backup in the place of the database.
        BackupRestored = "backup-restored",
        /// Mails that may have left before a restore were sent after all.
        HeldMailsSent = "held-mails-sent",
        /// Mails that may have left before a restore were called back.
        HeldMailsDropped = "held-mails-dropped",
        /// What follows from a restore was looked at.
        RestoreSignedOff = "restore-signed-off",
        /// Something was refused within an hour; what, and how often.
        Refused = "refused",
        /// A job that ended the process twice was set aside.
        JobSetAside = "job-set-aside",
        /// A job that was set aside was taken up again.
        JobTakenUp = "job-taken-up",
    }
}
