//! The `tradepost` command.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Wipes all memory that is given back: temporary passwords pass through the
/// engine of templates, the builder of messages and other people's buffers, none of
/// which wipe theirs (promise 1).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    tradepost::cli::run()
}
