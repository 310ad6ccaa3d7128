//! Which sections a role is shown: a mirror of the server's table (server/src/access.rs), which is the judge.

use kontor_shared::api::Role;
use kontor_shared::words::{Word, incoming, log_ins, mailings, pictures, staff};

/// A section of the staff's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Orders,
    Incoming,
    Customers,
    PriceLists,
    Imports,
    Pictures,
    Segments,
    Mailings,
    Templates,
    Messages,
    LogIns,
    Settings,
    Jobs,
    Audit,
}

impl Section {
    pub const ALL: [Self; 14] = [
        Self::Orders,
        Self::Incoming,
        Self::Customers,
        Self::PriceLists,
        Self::Imports,
        Self::Pictures,
        Self::Segments,
        Self::Mailings,
        Self::Templates,
        Self::Messages,
        Self::LogIns,
        Self::Settings,
        Self::Jobs,
        Self::Audit,
    ];

    pub const fn href(self) -> &'static str {
        match self {
            Self::Orders => "/admin",
            Self::Incoming => "/admin/incoming",
            Self::Customers => "/admin/customers",
            Self::PriceLists => "/admin/price-lists",
            Self::Imports => "/admin/import",
            Self::Pictures => "/admin/pictures",
            Self::Segments => "/admin/segments",
            Self::Mailings => "/admin/mailings",
            Self::Templates => "/admin/templates",
            Self::Messages => "/admin/messages",
            Self::LogIns => "/admin/people",
            Self::Settings => "/admin/settings",
            Self::Jobs => "/admin/jobs",
            Self::Audit => "/admin/audit",
        }
    }

    pub const fn word(self) -> Word {
        match self {
            Self::Orders => staff::ORDERS,
            Self::Incoming => incoming::INCOMING,
            Self::Customers => staff::CUSTOMERS,
            Self::PriceLists => staff::PRICE_LISTS,
            Self::Imports => staff::IMPORTS,
            Self::Pictures => pictures::PICTURES,
            Self::Segments => staff::SEGMENTS,
            Self::Mailings => mailings::MAILINGS,
            Self::Templates => mailings::TEMPLATES,
            Self::Messages => staff::MESSAGES,
            Self::LogIns => log_ins::PEOPLE,
            Self::Settings => staff::SETTINGS,
            Self::Jobs => staff::JOBS,
            Self::Audit => staff::AUDIT,
        }
    }

    /// The heading a section stands under in the side menu; the first ones need none.
    pub const fn heading(self) -> Option<Word> {
        match self {
            Self::Orders | Self::Incoming | Self::Customers | Self::PriceLists | Self::Imports | Self::Pictures => None,
            Self::LogIns | Self::Settings | Self::Jobs | Self::Audit => Some(staff::HOUSE),
            Self::Segments | Self::Mailings | Self::Templates | Self::Messages => Some(staff::OUTREACH),
        }
    }

    pub const fn open_to(self, role: Role) -> bool {
        match (self, role) {
            (_, Role::Buyer) => false,
            (_, Role::Admin) | (Self::Customers, _) => true,
            (Self::Orders, role) => matches!(role, Role::Sales | Role::Accountant),
            (Self::Incoming | Self::PriceLists | Self::Imports | Self::Pictures | Self::LogIns, role) => matches!(role, Role::Sales),
            (Self::Segments | Self::Mailings | Self::Templates | Self::Messages, role) => matches!(role, Role::Sales | Role::Marketer),
            (Self::Settings | Self::Jobs | Self::Audit, _) => false,
        }
    }

    pub fn open_sections(role: Role) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |section| section.open_to(role))
    }

    /// Whether an address belongs to this section.
    pub fn holds(self, path: &str) -> bool {
        let inside = |href: &str| path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
        match self {
            Self::Orders => path == "/admin" || path == "/admin/" || inside("/admin/orders"),
            Self::Messages => inside(self.href()) || inside("/admin/sending"),
            other => inside(other.href()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_sees_its_sections() {
        let seen = |role| Section::open_sections(role).map(Section::href).collect::<Vec<_>>();
        assert_eq!(seen(Role::Buyer), Vec::<&str>::new());
        assert_eq!(seen(Role::Accountant), ["/admin", "/admin/customers"]);
        assert_eq!(seen(Role::Marketer), ["/admin/customers", "/admin/segments", "/admin/mailings", "/admin/templates", "/admin/messages"]);
        assert_eq!(seen(Role::Sales).len(), 11);
        assert_eq!(seen(Role::Admin).len(), Section::ALL.len());
    }

    #[test]
    fn an_address_belongs_to_one_section() {
        for (path, section) in [
            ("/admin", Section::Orders),
            ("/admin/orders/1", Section::Orders),
            ("/admin/customers", Section::Customers),
            ("/admin/customers/7", Section::Customers),
            ("/admin/import", Section::Imports),
            ("/admin/sending", Section::Messages),
            ("/admin/incoming/7", Section::Incoming),
        ] {
            let holding: Vec<_> = Section::ALL.into_iter().filter(|one| one.holds(path)).collect();
            assert_eq!(holding, [section], "{path}");
        }
    }
}
