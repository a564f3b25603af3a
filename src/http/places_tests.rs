use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// So many connections from one address.
fn many(places: &Arc<Places>, from: &str, count: usize) -> Vec<Place> {
    (0..count).map(|_| places.admit(address(from)).unwrap()).collect()
}

fn is_closed(place: &Place) -> bool {
    !place.seat.places.taken().connections.contains_key(&place.seat.id)
}

fn closed(places: &[Place]) -> usize {
    places.iter().filter(|place| is_closed(place)).count()
}

fn answering(place: &Place) -> During {
    place.answering(&HeaderMap::new())
}

fn from_client(client: &str) -> HeaderMap {
    HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), client.parse().unwrap())])
}

#[test]
fn a_network_that_has_its_share_closes_its_own_idle_ones() {
    let places = Places::new(Vec::new());
    let other = places.admit(address("198.51.100.7")).unwrap();
    let flood = many(&places, "203.0.113.9", PER_NETWORK);
    let _busy = answering(&flood[0]);
    let newest = places.admit(address("203.0.113.9")).unwrap();
    assert!(!is_closed(&flood[0]) && is_closed(&flood[1]) && !is_closed(&newest));
    assert!(!is_closed(&other) && places.count() == PER_NETWORK + 1);
}

#[test]
fn one_whose_connections_are_all_worked_for_gets_no_more() {
    let places = Places::new(Vec::new());
    let flood = many(&places, "203.0.113.9", PER_NETWORK);
    let mut under_way: Vec<_> = flood.iter().map(answering).collect();
    assert!(places.admit(address("203.0.113.9")).is_none());
    drop(under_way.pop());
    assert!(places.admit(address("203.0.113.9")).is_some(), "one is idle again");
}

#[test]
fn who_waits_for_a_body_or_a_turn_makes_room_and_who_is_worked_for_does_not() {
    let places = Places::new(Vec::new());
    let flood = many(&places, "203.0.113.9", PER_NETWORK);
    let _under_way: Vec<_> = flood.iter().map(answering).collect();
    let mut waiting: Vec<_> = flood[..3].iter().map(|place| place.seat().waiting()).collect();
    assert_eq!(places.waiting(), 3);
    drop(waiting.remove(0));
    let _newest = places.admit(address("203.0.113.9")).unwrap();
    assert!(!is_closed(&flood[0]), "its body has come");
    assert!(is_closed(&flood[1]) && !is_closed(&flood[2]), "the one that has waited for longest");
}

#[test]
fn four_addresses_of_one_network_turn_nobody_else_away() {
    for flooders in [
        ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"],
        ["2001:db8:1:100::1", "2001:db8:1:200::1", "2001:db8:1:300::1", "2001:db8:1:400::1"],
    ] {
        let places = Places::new(Vec::new());
        let others = many(&places, "192.0.2.1", 200);
        let flood: Vec<_> = flooders.iter().flat_map(|from| many(&places, from, PER_NETWORK)).collect();
        let _under_way: Vec<_> = flood.iter().filter(|place| !is_closed(place)).map(answering).collect();
        let _bodies: Vec<_> =
            flood.iter().filter(|place| !is_closed(place)).map(|p| p.seat().waiting()).collect();
        let new = many(&places, "198.51.100.7", 20);
        assert_eq!((closed(&others), closed(&new)), (0, 0));
        assert_eq!((closed(&flood), places.count()), (220, ALL));
    }
}

#[test]
fn trusted_proxies_have_places_that_nobody_else_takes() {
    let places = Places::new(vec!["10.0.0.1".parse().unwrap()]);
    let kept = many(&places, "10.0.0.1", 1);
    let others: Vec<_> = (0..4_u8)
        .flat_map(|n| (0..PER_NETWORK).map(move |_| n))
        .filter_map(|n| places.admit(address(&format!("203.0.{n}.9"))))
        .map(|place| (answering(&place), place))
        .collect();
    assert_eq!(others.len(), ALL - OF_PROXIES, "all of them worked for");
    let proxy = many(&places, "10.0.0.1", OF_PROXIES - 1);
    assert!(places.count() == ALL && closed(&kept) == 0 && closed(&proxy) == 0);
    assert!(places.admit(address("198.51.100.7")).is_none());
    assert_eq!((closed(&kept), closed(&proxy)), (0, 0), "not for others");
}

#[test]
fn behind_a_proxy_the_network_that_holds_most_makes_room() {
    let places = Places::new(vec!["10.0.0.1".parse().unwrap()]);
    let slow = |client: &str, count: usize| -> Vec<_> {
        let proxy = many(&places, "10.0.0.1", count);
        proxy
            .into_iter()
            .map(|place| ((place.answering(&from_client(client)), place.seat().waiting()), place))
            .collect()
    };
    let customer = slow("198.51.100.7", 1);
    let mut flood = slow("203.0.113.1", 500);
    flood.extend(slow("203.0.113.2", ALL - 501));
    let new = many(&places, "10.0.0.1", 30);
    assert!(!is_closed(&customer[0].1) && closed(&new) == 0);
    assert_eq!(flood.iter().filter(|(_, place)| is_closed(place)).count(), 30);
    drop((customer, flood, new));
    assert_eq!(places.count(), 0);
}
