//! One row of a customer file: a customer, a contact there, and what that contact consented to.

use super::{Cell, Columns, FieldDef, RowProblem, number, row_shown, shorten, text};
use crate::customers::{Channel, ContactRole, discount_is_possible, looks_like_email};
use crate::money::Percent;
use crate::words::{Lang, Word, imports as words};

/// Fields of a customer file.
pub const FIELDS: &[FieldDef] = &[
    FieldDef {
        name: "code",
        headers: &[
            "code",
            "customer id",
            "customer code",
            "customer number",
            "customer no",
            "customer",
            "код",
            "код клиента",
            "код контрагента",
            "номер клиента",
            "код на клиент",
            "клиентски номер",
            "id",
        ],
    },
    FieldDef {
        name: "name",
        headers: &["name", "customer name", "company", "наименование", "название", "клиент", "контрагент", "организация", "име", "фирма", "име на клиент"],
    },
    FieldDef { name: "country", headers: &["country", "страна", "държава"] },
    FieldDef { name: "other_countries", headers: &["other countries", "другие страны", "други държави"] },
    FieldDef { name: "language", headers: &["language", "lang", "язык", "език"] },
    FieldDef {
        name: "price_type", headers: &["price type", "тип цен", "тип цены", "вид цен", "вид цена", "ценова листа"]
    },
    FieldDef {
        name: "contact", headers: &["contact", "contact name", "contact person", "контакт", "контактное лицо", "лице за контакт"]
    },
    FieldDef {
        name: "email", headers: &["email", "e mail", "mail", "почта", "эл почта", "электронная почта", "имейл", "е поща"]
    },
    FieldDef { name: "phone", headers: &["phone", "telephone", "tel", "телефон", "тел"] },
    FieldDef {
        name: "address", headers: &["address", "legal address", "адрес", "юридический адрес", "адрес на управление"]
    },
    FieldDef { name: "delivery_address", headers: &["delivery address", "адрес доставки", "адрес за доставка"] },
    FieldDef { name: "tax_id", headers: &["tax id", "vat number", "vat id", "инн", "еик", "булстат", "ддс номер"] },
    FieldDef { name: "region", headers: &["region", "регион", "область", "район"] },
    FieldDef { name: "discount", headers: &["discount", "own discount", "скидка", "отстъпка"] },
    FieldDef { name: "channel", headers: &["channel", "written to by", "канал", "способ связи", "начин на връзка"] },
    FieldDef { name: "manager", headers: &["manager", "менеджер", "ответственный", "отговорник", "мениджър"] },
    FieldDef { name: "fax", headers: &["fax", "факс"] },
    FieldDef { name: "position", headers: &["position", "должность", "длъжност"] },
    FieldDef { name: "roles", headers: &["contact roles", "roles", "gets", "получает", "роли", "получава"] },
    FieldDef { name: "consent", headers: &["consent", "согласие", "съгласие"] },
    FieldDef { name: "consent_source", headers: &["consent source", "источник согласия", "източник на съгласие"] },
];

/// What one row says. A field the file has no column for is absent and leaves the customer as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerInput {
    pub code: String,
    pub name: Option<String>,
    pub country: Option<String>,
    pub other_countries: Option<String>,
    pub lang: Option<Lang>,
    pub price_type: Option<String>,
    pub address: Option<String>,
    pub delivery_address: Option<String>,
    pub tax_id: Option<String>,
    pub region: Option<String>,
    /// An empty cell is no discount.
    pub discount: Option<Percent>,
    pub channel: Option<Channel>,
    /// A log-in; empty: nobody.
    pub manager: Option<String>,
    pub contact: Option<ContactInput>,
}

/// The contact a row names, known again by its e-mail address, or by its name where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactInput {
    pub name: Option<String>,
    pub email: String,
    pub phone: Option<String>,
    pub fax: Option<String>,
    pub position: Option<String>,
    /// All the contact is sent; what the cell does not name, it is not sent.
    pub roles: Option<Vec<ContactRole>>,
    /// Whether mailings were agreed to or refused; absent: the row does not say.
    pub consent: Option<bool>,
    /// How that is known.
    pub consent_source: String,
}

impl ContactInput {
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("")
    }

    /// Whether two rows mean one contact and say different things of it. The same e-mail address is the same contact; else
    /// the same name, where one of the two has no address.
    pub fn contradicts(&self, other: &Self) -> bool {
        let named_both = !self.email.is_empty() && !other.email.is_empty();
        let same = if named_both { self.email.eq_ignore_ascii_case(&other.email) } else { self.name() == other.name() };
        let names_differ = !self.name().is_empty() && !other.name().is_empty() && self.name() != other.name();
        let differ = |one: &Option<String>, two: &Option<String>| one.as_ref().zip(two.as_ref()).is_some_and(|(one, two)| one != two);
        let phones_differ = differ(&self.phone, &other.phone) || differ(&self.fax, &other.fax) || differ(&self.position, &other.position);
        let roles_differ = self.roles.as_ref().zip(other.roles.as_ref()).is_some_and(|(one, two)| one != two);
        let consents_differ = self.consent.zip(other.consent).is_some_and(|(one, two)| one != two);
        same && (names_differ || phones_differ || roles_differ || consents_differ)
    }
}

/// Reads one row; the first thing wrong with it refuses it.
pub fn read_row(columns: &Columns, cells: &[Cell]) -> Result<CustomerInput, RowProblem> {
    let field = |name: &str, what: Word, most: usize| columns.cell(name, cells).map(|cell| text(what, cell, most)).transpose();
    let code = field("code", words::FIELD_CODE, 100)?.unwrap_or_default();
    if code.is_empty() {
        return Err(RowProblem::of(row_shown(cells), words::MISSING, words::FIELD_CODE));
    }
    let lang = match columns.shown("language", cells).unwrap_or("") {
        "" => None,
        tag => Some(Lang::parse(&tag.to_lowercase()).ok_or_else(|| RowProblem::new(shorten(tag), words::NO_SUCH_LANGUAGE))?),
    };
    Ok(CustomerInput {
        // A customer without a name goes by its code.
        name: field("name", words::FIELD_NAME, 300)?.map(|name| if name.is_empty() { code.clone() } else { name }),
        country: field("country", words::FIELD_COUNTRY, 100)?,
        other_countries: field("other_countries", words::FIELD_OTHER_COUNTRIES, 500)?,
        lang,
        price_type: field("price_type", words::FIELD_PRICE_TYPE, 100)?.filter(|code| !code.is_empty()),
        address: field("address", words::FIELD_ADDRESS, 500)?,
        delivery_address: field("delivery_address", words::FIELD_DELIVERY_ADDRESS, 500)?,
        tax_id: field("tax_id", words::FIELD_TAX_ID, 60)?,
        region: field("region", words::FIELD_REGION, 100)?,
        discount: columns.cell("discount", cells).map(read_discount).transpose()?,
        channel: columns.shown("channel", cells).filter(|text| !text.is_empty()).map(read_channel).transpose()?,
        manager: field("manager", words::FIELD_MANAGER, 200)?.map(|login| login.to_lowercase()),
        contact: read_contact(&code, columns, cells)?,
        code,
    })
}

fn read_discount(cell: Cell) -> Result<Percent, RowProblem> {
    let shown = cell.shown();
    let bare = shown.trim_end_matches('%').trim();
    if bare.is_empty() {
        return Ok(Percent::ZERO);
    }
    let bare = if matches!(cell, Cell::Number(_)) { Cell::Number(bare) } else { Cell::Text(bare) };
    let percent: Percent = number(words::FIELD_DISCOUNT, bare, None)?;
    if discount_is_possible(percent) { Ok(percent) } else { Err(RowProblem::new(shorten(shown), words::DISCOUNT_RANGE)) }
}

fn read_channel(text: &str) -> Result<Channel, RowProblem> {
    match text.to_lowercase().as_str() {
        "email" | "e-mail" | "почта электронная" | "эл. почта" | "имейл" => Ok(Channel::Email),
        "fax" | "факс" => Ok(Channel::Fax),
        "post" | "почта" | "поща" => Ok(Channel::Post),
        _ => Err(RowProblem::new(shorten(text), words::NO_SUCH_CHANNEL)),
    }
}

/// Words in any order; `none` for a contact that is sent nothing. An empty cell says nothing.
fn read_roles(text: &str) -> Result<Option<Vec<ContactRole>>, RowProblem> {
    let names: Vec<String> = text.split([',', ';', ' ']).map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect();
    let mut roles = Vec::new();
    for name in names.iter().filter(|name| *name != "none") {
        roles.push(ContactRole::parse(name).ok_or_else(|| RowProblem::new(shorten(text), words::NO_SUCH_ROLE))?);
    }
    if names.len() > roles.len() && !roles.is_empty() {
        return Err(RowProblem::new(shorten(text), words::NO_SUCH_ROLE));
    }
    roles.sort();
    roles.dedup();
    Ok((!names.is_empty()).then_some(roles))
}

fn read_contact(code: &str, columns: &Columns, cells: &[Cell]) -> Result<Option<ContactInput>, RowProblem> {
    let field = |name: &str, what: Word, most: usize| columns.cell(name, cells).map(|cell| text(what, cell, most)).transpose();
    let email = field("email", words::FIELD_EMAIL, 254)?.unwrap_or_default();
    if !email.is_empty() && !looks_like_email(&email) {
        return Err(RowProblem::new(shorten(&email), words::NOT_AN_EMAIL));
    }
    let name = field("contact", words::FIELD_CONTACT, 200)?;
    let phone = field("phone", words::FIELD_PHONE, 60)?;
    let fax = field("fax", words::FIELD_FAX, 60)?;
    let position = field("position", words::FIELD_POSITION, 100)?;
    let roles = read_roles(columns.shown("roles", cells).unwrap_or(""))?;
    let consent = match columns.shown("consent", cells).unwrap_or("").to_lowercase().as_str() {
        "" => None,
        "yes" | "granted" | "1" | "да" => Some(true),
        "no" | "withdrawn" | "0" | "нет" | "не" => Some(false),
        _ => return Err(RowProblem::new(shorten(columns.shown("consent", cells).unwrap_or("")), words::CONSENT_YES_NO)),
    };
    let consent_source = field("consent_source", words::FIELD_CONSENT_SOURCE, 300)?.unwrap_or_default();
    if email.is_empty() && name.as_deref().unwrap_or("").is_empty() {
        if consent.is_some() {
            return Err(RowProblem::new(code, words::CONSENT_OF_NOBODY));
        }
        if phone.as_deref().unwrap_or("").is_empty() && fax.as_deref().unwrap_or("").is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(ContactInput { name, email, phone, fax, position, roles, consent, consent_source }))
}

#[cfg(test)]
mod tests {
    use super::super::{Map, recognise};
    use super::*;

    fn row(headers: &str, cells: &str) -> Result<CustomerInput, RowProblem> {
        let headers: Vec<String> = headers.split('|').map(String::from).collect();
        read_row(&recognise(FIELDS, &headers, &Map::default()).unwrap(), &cells.split('|').map(Cell::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_row_says_what_it_has_columns_for() {
        let input = row("customer_id|country|other_countries", "12347|Iceland|").unwrap();
        assert_eq!((input.code.as_str(), input.country.as_deref(), input.other_countries.as_deref()), ("12347", Some("Iceland"), Some("")));
        assert_eq!((input.name, input.lang, input.contact), (None, None, None));
        let input = row("Код|Наименование|Язык|Контактное лицо|Эл. почта|Согласие", "007|ООО «Ёлка»|ru|Иван|ivan@example.org|да").unwrap();
        let contact = input.contact.unwrap();
        assert_eq!((input.code.as_str(), input.name.as_deref(), input.lang), ("007", Some("ООО «Ёлка»"), Some(Lang::Ru)));
        assert_eq!((contact.name(), contact.email.as_str(), contact.consent), ("Иван", "ivan@example.org", Some(true)));
        assert_eq!(row("code|name", "5|").unwrap().name.as_deref(), Some("5"));
    }

    #[test]
    fn terms_and_roles_are_read() {
        let input = row("code|Регион|Скидка|Канал|Менеджер|contact|Факс|Должность|contact roles", "1|Варна|5,5 %|Факс|Ivan@Firm.org|Ann|12|buyer|mail, orders")
            .unwrap();
        assert_eq!((input.region.as_deref(), input.discount, input.channel), (Some("Варна"), Some(Percent::from_raw(550)), Some(Channel::Fax)));
        assert_eq!(input.manager.as_deref(), Some("ivan@firm.org"));
        let contact = input.contact.unwrap();
        assert_eq!((contact.fax.as_deref(), contact.position.as_deref()), (Some("12"), Some("buyer")));
        assert_eq!(contact.roles, Some(vec![ContactRole::Orders, ContactRole::Mail]));
        let roles = |text: &str| row("code|contact|roles", &format!("1|Ann|{text}")).map(|input| input.contact.unwrap().roles);
        assert_eq!(roles(""), Ok(None));
        assert_eq!(roles("none"), Ok(Some(Vec::new())));
        for wrong in ["none, mail", "boss"] {
            assert!(roles(wrong).is_err(), "{wrong}");
        }
        let input = row("code|discount|channel|manager", "1|||").unwrap();
        assert_eq!((input.discount, input.channel, input.manager.as_deref()), (Some(Percent::ZERO), None, Some("")));
        for (cells, reason) in [
            ("1|91|", "the discount is not a percentage from 0 to 90"),
            ("1|-1|", "the discount is not a percentage from 0 to 90"),
            ("1|a|", "the discount is not a number"),
            ("1||pigeon", "not a way to write to a customer (email, fax, post)"),
        ] {
            assert_eq!(row("code|discount|channel", cells).unwrap_err().reason.to_string(), reason, "{cells}");
        }
    }

    #[test]
    fn rows_about_one_contact_may_not_contradict_each_other() {
        let contact = |cells: &str| row("code|contact|email|phone|consent", &format!("1|{cells}")).unwrap().contact.unwrap();
        let check = |one: &str, two: &str, expected: bool| {
            let (one, two) = (contact(one), contact(two));
            assert_eq!((one.contradicts(&two), two.contradicts(&one)), (expected, expected), "{one:?} {two:?}");
        };
        check("Ann|a@x.org|1|", "Ann|A@X.org|2|", true);
        check("Ann|a@x.org|1|", "Anna|a@x.org|1|", true);
        check("Ann|a@x.org|1|yes", "Ann|a@x.org|1|no", true);
        check("Ann||1|", "Ann|a@x.org|2|", true);
        check("Ann|a@x.org|1|yes", "|a@x.org|1|", false);
        check("Ann|a@x.org|1|", "Ann|b@x.org|2|", false);
        check("Ann|a@x.org|1|", "Bob||2|", false);
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said() {
        let check = |cells: &str, value: &str, reason: &str| {
            let problem = row("code|lang|email|phone|consent", cells).unwrap_err();
            assert_eq!((problem.value.as_str(), problem.reason.to_string().as_str()), (value, reason), "{cells}");
        };
        check("|en|||", " | en |  |  | ", "the code is missing");
        check("1|fr|||", "fr", "not a language of this program (en, ru, bg)");
        check("1|en|a@b@c.d||", "a@b@c.d", "not an e-mail address");
        check("1|en|a b@c.d||", "a b@c.d", "not an e-mail address");
        check("1|en|a@b.c||maybe", "maybe", "the consent is neither yes nor no");
        check("1|en|||yes", "1", "a consent needs the e-mail address or the name of the contact who gave it");
    }
}
