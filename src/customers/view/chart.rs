//! Two numbers a day as a drawing: bars on a grid, in SVG, and the same as a
//! table.

use crate::dashboard::Tally;

/// Width of a day, and of each of its two bars.
const DAY: i64 = 20;
const BAR: i64 = 8;
/// Height of the drawing without its labels.
const HEIGHT: i64 = 160;
/// Room for the numbers at the left.
const LEFT: i64 = 32;

/// Sign-ins and resets by day.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Width of the drawing.
    pub width: i64,
    /// Lines across: their heights and numbers.
    pub lines: Vec<(i64, i64)>,
    /// The bars.
    pub bars: Vec<Bar>,
    /// Names of some days: places and words.
    pub labels: Vec<(i64, String)>,
    /// The same in words: newest first; date, words, sign-ins, resets.
    pub rows: Vec<(String, String, i64, i64)>,
    /// What it shows, for who doesn't see it.
    pub summary: String,
    /// Whether there is anything to draw.
    pub is_empty: bool,
}

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// `first` or `second`.
    pub class: &'static str,
    /// Its left edge.
    pub x: i64,
    /// Its upper edge.
    pub y: i64,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
}

impl Chart {
    /// Draws some days, oldest first.
    pub fn new(days: &[Tally]) -> Self {
        let most = days.iter().map(|day| day.sign_ins.max(day.resets)).max().unwrap_or(0);
        let top = round_up(most);
        let y = |count: i64| HEIGHT - count * HEIGHT / top;
        let bar = |class, x, count: i64| Bar { class, x, y: y(count), width: BAR, height: HEIGHT - y(count) };
        let bars = (0..).zip(days).flat_map(|(n, day)| {
            let x = LEFT + n * DAY;
            [bar("first", x + 1, day.sign_ins), bar("second", x + 1 + BAR, day.resets)]
        });
        let labels = (0..).zip(days).filter(|(n, _)| n % 7 == 4);
        let sum = |count: fn(&Tally) -> i64| days.iter().map(count).sum::<i64>();
        let (sign_ins, resets) = (sum(|day| day.sign_ins), sum(|day| day.resets));
        Self {
            width: LEFT + DAY * i64::try_from(days.len()).unwrap_or(0),
            lines: [0, top / 2, top].into_iter().map(|count| (y(count), count)).collect(),
            bars: bars.filter(|bar| bar.height > 0).collect(),
            labels: labels.map(|(n, day)| (LEFT + n * DAY + DAY / 2, day.day.words.clone())).collect(),
            rows: days
                .iter()
                .rev()
                .map(|day| (day.day.date.clone(), day.day.words.clone(), day.sign_ins, day.resets))
                .collect(),
            summary: format!(
                "Sign-ins in {} days: {sign_ins}. Resets and invitations: {resets}.",
                days.len()
            ),
            is_empty: most == 0,
        }
    }
}

/// A round number that is even and not less.
fn round_up(most: i64) -> i64 {
    let mut step = 2;
    loop {
        for factor in [1, 2, 5] {
            if step * factor >= most {
                return step * factor;
            }
        }
        step *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::kernel::calendar::Day;

    fn tally(sign_ins: i64, resets: i64) -> Tally {
        let day =
            Day { begins: Timestamp::from_millis(0), date: "2026-11-23".into(), words: "Mon 23 Nov".into() };
        Tally { day, sign_ins, resets }
    }

    #[test]
    fn bars_are_as_high_as_their_numbers() {
        let chart = Chart::new(&[tally(0, 0), tally(20, 5)]);
        assert_eq!(chart.bars.len(), 2, "nothing is no bar");
        assert_eq!((chart.bars[0].y, chart.bars[0].height), (0, HEIGHT));
        assert_eq!((chart.bars[1].class, chart.bars[1].height), ("second", HEIGHT / 4));
        assert_eq!(chart.lines, [(HEIGHT, 0), (HEIGHT / 2, 10), (0, 20)]);
        assert!(chart.summary.contains("2 days: 20. Resets and invitations: 5.") && !chart.is_empty);
        assert!(Chart::new(&[tally(0, 0)]).is_empty);
    }

    #[test]
    fn the_scale_ends_at_a_round_number() {
        assert_eq!([0, 2, 3, 7, 11, 99, 101, 250_000].map(round_up), [2, 2, 4, 10, 20, 100, 200, 400_000]);
    }
}
