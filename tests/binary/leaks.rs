//! Where temporary passwords are found once they were mailed (promise 1): in no
//! file, and how many in the memory of the process. `tests/attack/leaks` asks for a
//! thousand; a few are looked for with every check.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use crate::databases::Database;
use crate::postbox::Postbox;
use crate::program::Installation;
use crate::until;

/// Resets with every check.
const FEW: usize = 40;
/// Resets asked for on the website, which counts them; the others by command.
const ON_THE_WEBSITE: usize = 60;
/// In every password chosen here, and in nothing else.
const MARK: &str = "Qzjxveil";
const ALPHABET: &[u8] = b"23456789CDFHJKMNPQRTVWXY";
/// Bytes of memory that are read at once.
const BLOCK: usize = 1 << 20;

#[test]
fn promise_01_temporary_passwords_are_in_no_file_and_leave_the_memory() {
    let resets = number("TRADEPOST_LEAK_RESETS").unwrap_or(FEW);
    let post = Postbox::start();
    let shop = Installation::on(Database::sqlite(), post.port);
    let names: Vec<String> = (0..resets.div_ceil(4)).map(|number| format!("person{number}")).collect();
    shop.add_contacts(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let server = shop.serve();
    let (mut passwords, mut mails, mut chosen) = (Vec::new(), 0, 0);
    for reset in 0..resets {
        let name = &names[reset % names.len()];
        if reset < names.len().min(ON_THE_WEBSITE) {
            server.visitor().post("/forgot-password", &[("username", name)]);
        } else {
            shop.done(&["reset", name]);
        }
        mails += 1;
        let password = post.mail(mails).password();
        if reset % 10 == 9 {
            let mut visitor = server.visitor();
            visitor.sign_in(name, &password).leads_to("/password");
            let own = format!("{MARK}{reset} corridor");
            visitor
                .post("/password", &[("username", name), ("new_password", &own), ("confirm_password", &own)]);
            (mails, chosen) = (mails + 1, chosen + 1);
            post.mail(mails);
        }
        passwords.push(password);
    }
    until("nothing waits", || (shop.done(&["outbox"]) == "Nothing waits.\n").then_some(()));
    if let Some(seconds) = number("TRADEPOST_LEAK_WAIT") {
        std::thread::sleep(Duration::from_secs(u64::try_from(seconds).unwrap()));
    }

    let seen = Seen::of(&passwords);
    assert_eq!(seen.in_heap(&shop.traces()), (0, 0), "in a file");
    let (whole, marks) = seen.in_memory(server.pid());
    let figure = format!(
        "{resets} temporary passwords mailed, {chosen} passwords chosen: in no file; in memory {whole} temporary ones and {marks} chosen ones\n"
    );
    // Past the test harness, which would keep it to itself.
    std::io::stderr().write_all(figure.as_bytes()).unwrap();
    assert!(whole * 50 <= resets && marks == 0, "{figure}");
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}

/// Temporary passwords by their pieces: two groups with their dash, or eight of
/// the bare symbols.
struct Seen {
    pieces: HashMap<Vec<u8>, usize>,
}

impl Seen {
    fn of(passwords: &[String]) -> Self {
        let mut pieces = HashMap::new();
        for (number, password) in passwords.iter().enumerate() {
            let bare = password.replace('-', "");
            for groups in [0, 5, 10] {
                pieces.insert(password.as_bytes()[groups..groups + 9].to_vec(), number);
            }
            for piece in bare.as_bytes().windows(8) {
                pieces.insert(piece.to_vec(), number);
            }
        }
        Self { pieces }
    }

    /// How many temporary passwords, and how often a chosen one, are in some bytes.
    fn in_heap(&self, heap: &[u8]) -> (usize, usize) {
        let mut found = BTreeSet::new();
        let mut run = 0;
        for (at, byte) in heap.iter().enumerate() {
            run = if ALPHABET.contains(byte) { run + 1 } else { 0 };
            let end = at + 1;
            let grouped = run == 4 && end >= 9 && heap[end - 5] == b'-';
            let bare = run >= 8;
            for length in
                [(grouped, 9), (bare, 8)].into_iter().filter_map(|(is, length)| is.then_some(length))
            {
                found.extend(self.pieces.get(&heap[end - length..end]).copied());
            }
        }
        let marks = heap.windows(MARK.len()).filter(|window| *window == MARK.as_bytes()).count();
        (found.len(), marks)
    }

    /// The same of all memory that a process may write to.
    fn in_memory(&self, process: u32) -> (usize, usize) {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
        let memory = fs::File::open(format!("/proc/{process}/mem")).unwrap();
        let mut all = Vec::new();
        for line in
            maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw")))
        {
            let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).unwrap();
            let address = |text| u64::from_str_radix(text, 16).unwrap();
            let (mut at, to) = (address(from), address(to));
            while at < to {
                let mut block = vec![0; usize::try_from(to - at).unwrap().min(BLOCK)];
                // What can't be read was never used.
                let read = memory.read_at(&mut block, at).unwrap_or(0);
                if block[..read].iter().any(|byte| *byte != 0) {
                    all.extend_from_slice(&block[..read]);
                }
                at += block.len() as u64;
            }
            all.push(0);
        }
        self.in_heap(&all)
    }
}
