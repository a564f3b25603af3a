//! What is bounded and how full it is, for metrics: each part that has a bound says
//! how to read it when it starts.

use std::sync::{Mutex, PoisonError};

/// Everything that is bounded in this process.
#[derive(Default)]
pub struct Gauges(Mutex<Vec<Gauge>>);

/// Something bounded.
struct Gauge {
    name: &'static str,
    help: &'static str,
    most: usize,
    read: Box<dyn Fn() -> usize + Send + Sync>,
}

impl Gauges {
    /// Adds something that holds `most` at most. `read` must be quick: it is asked
    /// while somebody waits.
    pub fn add(
        &self,
        (name, help): (&'static str, &'static str),
        most: usize,
        read: impl Fn() -> usize + Send + Sync + 'static,
    ) {
        let gauge = Gauge { name, help, most, read: Box::new(read) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(gauge);
    }

    /// All of them in Prometheus' text format, each with its bound.
    pub fn text(&self) -> String {
        let gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.iter().map(|gauge| told((gauge.name, gauge.help), (gauge.read)(), gauge.most)).collect()
    }
}

/// One gauge and its bound in Prometheus' text format.
pub fn told((name, help): (&str, &str), value: usize, most: usize) -> String {
    format!(
        "# HELP tradepost_{name} {help}\n# TYPE tradepost_{name} gauge\ntradepost_{name} {value}\n\
         # HELP tradepost_{name}_most The bound of tradepost_{name}.\n# TYPE tradepost_{name}_most gauge\n\
         tradepost_{name}_most {most}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_with_its_bound() {
        let gauges = Gauges::default();
        gauges.add(("hashes_waiting", "Passwords that wait."), 256, || 3);
        let text = gauges.text();
        assert!(text.contains("\ntradepost_hashes_waiting 3\n"), "{text}");
        assert!(text.contains("\ntradepost_hashes_waiting_most 256\n"), "{text}");
    }
}
