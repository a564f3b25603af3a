//! What two readers of HTTP may take differently is refused (RFC 9112).

use crate::support::shop::Shop;

const GOOD: &str = "GET /healthz HTTP/1.1\r\nHost: shop.test\r\n\r\n";

fn statuses(answer: &str) -> Vec<&str> {
    let lines = answer.split("HTTP/1.").skip(1);
    lines.filter_map(|line| line.get(2..5)).collect()
}

story! {
    async fn a_request_that_names_no_host_or_two_or_ends_lines_by_halves_is_refused(kind) {
        let shop = Shop::open(kind).await;
        for (sent, answered) in [
            (GOOD.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"), vec!["200"]),
            ("GET /healthz HTTP/1.0\r\n\r\n".to_owned(), vec!["200"]),
            ("GET /healthz HTTP/1.1\r\n\r\n".to_owned(), vec!["400"]),
            ("GET /healthz HTTP/1.1\r\nHost: shop.test\r\nHost: shop.test\r\n\r\n".to_owned(), vec!["400"]),
            ("GET /healthz HTTP/1.1\r\nHost: shop.test\r\nhost: other.test\r\n\r\n".to_owned(), vec!["400"]),
            ("GET /healthz HTTP/1.1\r\nHost:\r\n\r\n".to_owned(), vec!["400"]),
            ("GET /healthz HTTP/1.1\nHost: shop.test\n\n".to_owned(), vec!["400"]),
            ("GET /healthz HTTP/1.1\r\nHost: shop.test\n\r\n".to_owned(), vec!["400"]),
            ("GET /healthz HTTP/1.1\r\nHost: shop.test\r\n\n".to_owned(), vec!["400"]),
            (format!("{GOOD}{GOOD}GET /healthz HTTP/1.1\r\nHost: shop.test\n\r\n"), vec!["200", "200", "400"]),
            ("POST /login HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(), vec!["400"]),
            ("POST /login HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_owned(), vec!["400"]),
        ] {
            let answer = shop.browser().says_raw(sent.as_bytes()).await;
            assert_eq!(statuses(&answer), answered, "{sent:?}: {answer}");
        }
    }
}

story! {
    async fn after_a_body_in_chunks_no_further_request_is_read_from_the_connection(kind) {
        let shop = Shop::open(kind).await;
        let body = "POST /api/v1/session HTTP/1.1\r\nHost: shop.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        let answer = shop.browser().says_raw(format!("{body}GET /healthz HTTP/1.1\nHost: shop.test\n\n").as_bytes()).await;
        assert_eq!(statuses(&answer).len(), 1, "{answer}");
        assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    }
}

story! {
    async fn names_below_the_websites_are_bound_to_https_only_where_the_operator_says_so(kind) {
        let https = ("http.public_url", "https://shop.harbour.example");
        let shop = Shop::with(kind, &[https]).await;
        assert_eq!(shop.browser().get("/login").await.header("strict-transport-security"), "max-age=31536000");
        let shop = Shop::with(kind, &[https, ("http.hsts_subdomains", "true")]).await;
        assert_eq!(shop.browser().get("/login").await.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    }
}
