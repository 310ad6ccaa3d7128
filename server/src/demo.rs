//! The demo firm: a real wholesaler's data (UCI Online Retail, CC BY 4.0) with what that data lacks, plainly labelled.

use kontor_shared::api::{DemoLogin, Role};

/// Log-ins of the demo, in demo data only. Buyers are existing customers of the data.
const LOGINS: &[(&str, &str, Role, Option<&str>)] = &[
    ("buyer@demo.example", "demo-buyer", Role::Buyer, Some("12347")),
    ("second@demo.example", "demo-second", Role::Buyer, Some("17850")),
    ("sales@demo.example", "demo-sales", Role::Sales, None),
    ("accountant@demo.example", "demo-accountant", Role::Accountant, None),
    ("marketer@demo.example", "demo-marketer", Role::Marketer, None),
    ("admin@demo.example", "demo-admin", Role::Admin, None),
];

/// The log-ins as the sign-in page shows them.
pub fn logins() -> Vec<DemoLogin> {
    LOGINS.iter().map(|(login, password, role, _)| DemoLogin { login: (*login).into(), password: (*password).into(), role: *role }).collect()
}
