//! What a template may name, and what of it may be missing.

/// A value a template may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    pub name: &'static str,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Everybody has it.
    Always,
    /// Some have none: it wants a fall-back, `{{ contact.name | default("…") }}`, or an `{% if %}` round it.
    Sometimes,
    /// A list of goods; empty where there are none.
    Goods,
    /// An address that is only this reader's.
    Link,
}

const fn of(name: &'static str, kind: Kind) -> Placeholder {
    Placeholder { name, kind }
}

/// Every one there is; nothing else can be named.
pub const ALL: &[Placeholder] = &[
    of("contact.name", Kind::Sometimes),
    of("contact.position", Kind::Sometimes),
    of("customer.name", Kind::Always),
    of("customer.code", Kind::Always),
    of("customer.country", Kind::Sometimes),
    of("customer.last_order", Kind::Sometimes),
    of("firm.name", Kind::Always),
    of("firm.email", Kind::Sometimes),
    of("firm.phone", Kind::Sometimes),
    of("firm.address", Kind::Sometimes),
    of("price_list.valid_from", Kind::Sometimes),
    of("price_list.valid_until", Kind::Sometimes),
    of("today", Kind::Always),
    of("shop_url", Kind::Link),
    of("unsubscribe_url", Kind::Link),
    of("preferences_url", Kind::Link),
    of("why", Kind::Always),
    of("usual", Kind::Goods),
    of("novelties", Kind::Goods),
    of("offers", Kind::Goods),
];

/// The placeholder of this name.
pub fn find(name: &str) -> Option<Placeholder> {
    ALL.iter().copied().find(|one| one.name == name)
}
