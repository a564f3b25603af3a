/// Counts lines as a person does: `\n`, `\r\n` and `\r` each end one.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Lines {
    ended: usize,
    after_return: bool,
}

impl Lines {
    /// Goes past some text.
    pub(super) fn pass(&mut self, text: &[u8]) {
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            let follows_return = if at == 0 { self.after_return } else { text[at - 1] == b'\r' };
            if text[at] == b'\r' || !follows_return {
                self.ended += 1;
            }
        }
        if let Some(last) = text.last() {
            self.after_return = *last == b'\r';
        }
    }

    /// The line it is in, from 1.
    pub(super) fn current(self) -> usize {
        self.ended + 1
    }
}
