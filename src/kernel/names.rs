//! Enums that are texts: in the database, in addresses, in files and at the API.

/// An enum whose values have names; made by [`names!`](crate::kernel::names).
pub trait Named: Copy + 'static {
    /// The name of this value.
    fn as_str(self) -> &'static str;

    /// The value of a name; none when nothing is called so.
    fn from_name(name: &str) -> Option<Self>;
}

/// Makes an enum of values and their names, so that each stands in one line: with
/// `ALL` of them in this order, `LIST` of their names for SQL (`kind in ({LIST})`),
/// `as_str` and `from_name`.
macro_rules! names {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $(#[$first_doc:meta])* $first:ident = $first_name:literal
        $(, $(#[$doc:meta])* $value:ident = $value_name:literal)* $(,)?
    }) => {
        $(#[$meta])*
        $vis enum $name {
            $(#[$first_doc])* $first,
            $($(#[$doc])* $value,)*
        }

        #[allow(dead_code, reason = "not every enum needs all of it")]
        impl $name {
            /// Every value, in the order they are declared in.
            pub const ALL: [Self; [$first_name $(, $value_name)*].len()] = [Self::$first $(, Self::$value)*];

            /// The names in quotation marks with commas between, for SQL.
            pub const LIST: &'static str = concat!("'", $first_name, "'" $(, ", '", $value_name, "'")*);

            /// The name of this value.
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    $(Self::$value => $value_name,)*
                }
            }

            /// The value of a name; none when nothing is called so.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $first_name => Some(Self::$first),
                    $($value_name => Some(Self::$value),)*
                    _ => None,
                }
            }
        }

        impl $crate::kernel::Named for $name {
            fn as_str(self) -> &'static str {
                Self::as_str(self)
            }

            fn from_name(name: &str) -> Option<Self> {
                Self::from_name(name)
            }
        }
    };
}

pub(crate) use names;

#[cfg(test)]
mod tests {
    names! {
        /// Two of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Tide {
            /// It comes.
            Flood = "flood",
            /// It goes.
            Ebb = "ebb-tide",
        }
    }

    #[test]
    fn a_value_is_found_by_its_name_alone() {
        for tide in Tide::ALL {
            assert_eq!(Tide::from_name(tide.as_str()), Some(tide));
        }
        assert_eq!(Tide::from_name("Ebb"), None);
        assert_eq!(Tide::LIST, "'flood', 'ebb-tide'");
    }
}
