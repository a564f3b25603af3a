//! Names for sample data.

/// The username the demo's welcome speaks of.
pub(super) const FIRST_USERNAME: &str = "alex";

pub(super) const TERRITORIES: [&str; 4] = ["North", "East", "South", "West"];

pub(super) const POSITIONS: [&str; 5] = ["Owner", "Buyer", "Shop manager", "Bookkeeping", "Warehouse"];

pub(super) const FIRST_NAMES: [&str; 24] = [
    "Alex", "Robin", "Sam", "Kim", "Jo", "Charlie", "Taylor", "Jordan", "Casey", "Morgan", "Jamie", "Riley",
    "Avery", "Quinn", "Rowan", "Skyler", "Dana", "Lee", "Noel", "Marion", "Andrea", "Chris", "Pat", "Toni",
];

pub(super) const SHOPS: [&str; 40] = [
    "Harbour Gifts",
    "Mill Lane Books",
    "Corner Pantry",
    "Green Door",
    "Lighthouse Toys",
    "Old Town Tea",
    "Bluebell & Co",
    "Riverside Deli",
    "The Paper Shop",
    "Station Kiosk",
    "Hilltop Farm Shop",
    "Copper Kettle",
    "Little Fox",
    "Garden Gate",
    "Sunday Kitchen",
    "North Star Games",
    "Pebble Beach Surf",
    "Market Square",
    "Willow & Wool",
    "Red Lantern",
    "Bakery Row",
    "The Tool Shed",
    "Castle Candles",
    "Meadow Pets",
    "Fern & Flora",
    "Quayside Stores",
    "Tin Roof Music",
    "Honeycomb",
    "Bridge Street Bikes",
    "The Spice Drawer",
    "Window Seat",
    "Sparrow Stationery",
    "Long Barn Antiques",
    "Mustard Seed",
    "The Glass House",
    "Parade Pharmacy",
    "Woodpecker Crafts",
    "Silver Birch",
    "Seven Steps",
    "Closed Down Corner",
];
