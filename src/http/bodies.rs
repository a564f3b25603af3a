//! Bodies of requests and answers, and how slowly they may come and go. A connection
//! whose client has to be waited for is known as such, so that it makes room when places
//! are short ([`super::places`]).

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use futures_util::{StreamExt, stream};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::places::{During, Seat};
use super::{Answer, Failure};

/// The longest a body may stand still, and what it may lag behind [`RATE`].
const GRACE: Duration = Duration::from_secs(20);
/// The bytes that buy a body a second more. These are the defaults of Apache's
/// `mod_reqtimeout`: a rep with one bar of signal is far above them, and a large file
/// may take long as long as it comes.
const RATE: u32 = 500;
/// As much of a body is waited for before it is its network's turn, in bytes; what
/// strangers may send is shorter.
pub const FIRST: usize = 64 * 1024;

/// Waits until a body is there, or as much of it as [`FIRST`]. What came is copied
/// together: kept as it came, each byte sent alone would take as much as a hundred.
///
/// # Errors
/// [`Failure::TooSlow`], and when it breaks off.
pub async fn arrived(body: Body) -> Answer<Body> {
    let (mut rest, mut come) = (body.into_data_stream(), Vec::new());
    while come.len() <= FIRST {
        let Some(piece) = rest.next().await else { break };
        come.extend_from_slice(&piece.map_err(|error| failed(&error))?);
    }
    Ok(Body::from_stream(stream::iter([Ok(Bytes::from(come))]).chain(rest)))
}

/// Reads a body to its end.
///
/// # Errors
/// [`Failure::TooSlow`], [`Failure::TooLarge`].
pub async fn whole(body: Body) -> Answer<Bytes> {
    to_bytes(body, usize::MAX).await.map_err(|error| failed(&error))
}

/// Why a body is not there. Who has hung up reads no answer, whatever it is.
fn failed(error: &axum::Error) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(found) = cause {
        if found.is::<TooSlow>() {
            return Failure::TooSlow;
        }
        cause = found.source();
    }
    Failure::TooLarge
}

/// It came more slowly than anything we wait for.
#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
struct TooSlow;

/// A request's body, which comes as fast as its client sends it.
pub(super) struct Arriving<B> {
    body: B,
    seat: Seat,
    patience: Patience,
    waiting: Option<Waiting>,
}

/// That a client is waited for, since when and until when.
struct Waiting {
    since: Instant,
    end: Pin<Box<Sleep>>,
    _place: During,
}

impl<B> Arriving<B> {
    pub(super) fn new(body: B, seat: Seat) -> Self {
        Self { body, seat, patience: Patience::default(), waiting: None }
    }

    fn wait(&mut self) -> &mut Waiting {
        let (seat, left) = (&self.seat, self.patience.left);
        self.waiting.get_or_insert_with(|| Waiting {
            since: Instant::now(),
            end: Box::pin(tokio::time::sleep(left)),
            _place: seat.waiting(),
        })
    }
}

impl<B> HttpBody for Arriving<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) else {
            ready!(this.wait().end.as_mut().poll(context));
            this.waiting = None;
            return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
        };
        if let Some(waiting) = this.waiting.take() {
            this.patience.waited(waiting.since.elapsed());
        }
        if let Some(Ok(data)) = frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
            this.patience.came(data.map_or(0, Bytes::len));
        }
        Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How much longer a body is waited for. What it brings buys it time, so none can be held
/// back for ever byte by byte.
struct Patience {
    left: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { left: GRACE }
    }
}

impl Patience {
    fn waited(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }

    fn came(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let bought = Duration::from_secs(1).saturating_mul(bytes) / RATE;
        self.left = (self.left + bought).min(GRACE);
    }
}

/// An answer's body. While it is there its connection is being answered, and waits when
/// what was given of it is not taken.
pub(super) struct Leaving {
    body: Body,
    seat: Seat,
    untaken: Option<During>,
    _answering: During,
}

impl Leaving {
    pub(super) fn new(body: Body, answering: During, seat: Seat) -> Self {
        Self { body, seat, untaken: None, _answering: answering }
    }
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        this.untaken = None;
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        this.untaken = frame.is_some().then(|| this.seat.waiting());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use axum::body::BodyDataStream;
    use axum::http::HeaderMap;

    use super::super::places::{Place, Places};
    use super::*;

    #[test]
    fn a_body_that_stands_still_is_given_up_and_one_that_comes_is_not() {
        let mut patience = Patience::default();
        patience.waited(GRACE);
        assert_eq!(patience.left, Duration::ZERO);
        let mut patience = Patience::default();
        // 4 kB a second for an hour.
        for _ in 0..3_600 {
            patience.waited(Duration::from_secs(1));
            assert!(!patience.left.is_zero());
            patience.came(4_000);
        }
        assert_eq!(patience.left, GRACE, "and nothing is saved up");
    }

    /// A connection with a request whose body doesn't come.
    fn standing_still(left: Duration) -> (Arc<Places>, Place, During, Arriving<Body>) {
        let places = Places::new(Vec::new());
        let place = places.admit([192, 0, 2, 1].into()).unwrap();
        let answering = place.answering(&HeaderMap::new());
        let body = Body::from_stream(stream::pending::<Result<Bytes, axum::Error>>());
        let arriving = Arriving { patience: Patience { left }, ..Arriving::new(body, place.seat()) };
        (places, place, answering, arriving)
    }

    fn stands(body: &mut BodyDataStream) -> bool {
        body.poll_next_unpin(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn who_sends_nothing_any_more_is_told_so() {
        let (places, _place, _answering, arriving) = standing_still(Duration::ZERO);
        assert!(matches!(arrived(Body::new(arriving)).await, Err(Failure::TooSlow)));
        assert_eq!(places.waiting(), 0, "and is answered");
        let (_places, _place, _answering, arriving) = standing_still(Duration::ZERO);
        assert!(matches!(whole(Body::new(arriving)).await, Err(Failure::TooSlow)));
    }

    #[tokio::test]
    async fn a_connection_waits_while_its_client_sends_or_takes_nothing() {
        let (places, place, answering, arriving) = standing_still(GRACE);
        assert_eq!(places.waiting(), 0);
        let mut arriving = Body::new(arriving).into_data_stream();
        assert!(stands(&mut arriving));
        assert_eq!(places.waiting(), 1, "for a body");
        drop(arriving);
        assert_eq!(places.waiting(), 0);
        let page = stream::iter([Ok::<_, axum::Error>("a page")]).chain(stream::pending());
        let mut page =
            Body::new(Leaving::new(Body::from_stream(page), answering, place.seat())).into_data_stream();
        assert!(page.next().await.is_some());
        assert_eq!(places.waiting(), 1, "until more is asked for");
        assert!(stands(&mut page));
        assert_eq!(places.waiting(), 0, "for us");
        drop(page);
        assert_eq!(places.waiting(), 1, "for the next request");
    }

    #[test]
    fn byte_by_byte_nothing_is_held_open() {
        let mut patience = Patience::default();
        for _ in 0..20 {
            patience.waited(Duration::from_secs(1));
            patience.came(1);
        }
        assert!(patience.left < Duration::from_millis(100), "{:?}", patience.left);
    }
}
