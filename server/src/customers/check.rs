//! What forms about customers may hold: trimmed, bounded, and refused by field with a stable code.

use kontor_shared::api::people::{Place, SaveContact, SaveCustomer};
use kontor_shared::customers::{discount_is_possible, looks_like_email, looks_like_phone};

use super::store::contacts::Contact;
use crate::error::{AppError, Result};
use crate::extract::bounded_text;

/// Places of one customer.
const MOST_PLACES: usize = 50;

fn text(field: &str, value: &str, most: usize, lines: bool) -> Result<String> {
    let value = value.trim();
    bounded_text(field, value, most, lines)?;
    Ok(value.to_string())
}

/// Of a place without an address nothing is kept.
pub fn places(places: &[Place]) -> Result<Vec<Place>> {
    if places.len() > MOST_PLACES {
        return Err(AppError::invalid_field("too_many_places", "/places", format!("at most {MOST_PLACES} places")));
    }
    let one = |(at, place): (usize, &Place)| {
        let name = text(&format!("/places/{at}/name"), &place.name, 100, false)?;
        let address = text(&format!("/places/{at}/address"), &place.address, 500, true)?;
        if address.is_empty() && !name.is_empty() {
            return Err(AppError::invalid_field("no_address", format!("/places/{at}/address"), "a place has an address"));
        }
        Ok(Place { name, address })
    };
    let checked = places.iter().enumerate().map(one).collect::<Result<Vec<_>>>()?;
    Ok(checked.into_iter().filter(|place| !place.address.is_empty()).collect())
}

pub fn address(value: &str) -> Result<String> {
    text("/address", value, 500, true)
}

pub fn code(value: &str) -> Result<String> {
    let code = text("/code", value, 100, false)?;
    if code.is_empty() {
        return Err(AppError::invalid_field("no_code", "/code", "a customer has a code"));
    }
    Ok(code)
}

/// Whether price type and manager exist is looked up by the caller.
pub fn customer(wanted: &SaveCustomer) -> Result<SaveCustomer> {
    let name = text("/name", &wanted.name, 300, false)?;
    if name.is_empty() {
        return Err(AppError::invalid_field("no_name", "/name", "a customer has a name"));
    }
    if !discount_is_possible(wanted.discount) {
        return Err(AppError::invalid_field("discount_range", "/discount", "a discount is 0 to 90 percent"));
    }
    Ok(SaveCustomer {
        name,
        country: text("/country", &wanted.country, 100, false)?,
        region: text("/region", &wanted.region, 100, false)?,
        address: address(&wanted.address)?,
        places: places(&wanted.places)?,
        tax_id: text("/tax_id", &wanted.tax_id, 60, false)?,
        note: text("/note", &wanted.note, 4_000, true)?,
        ..wanted.clone()
    })
}

/// `others` are the customer's other contacts. A number that stood there before is not asked about again.
pub fn contact(wanted: &SaveContact, before: Option<&Contact>, others: &[Contact]) -> Result<SaveContact> {
    let checked = SaveContact {
        name: text("/name", &wanted.name, 200, false)?,
        email: text("/email", &wanted.email, 254, false)?,
        phone: text("/phone", &wanted.phone, 60, false)?,
        fax: text("/fax", &wanted.fax, 60, false)?,
        position: text("/position", &wanted.position, 100, false)?,
        ..wanted.clone()
    };
    if checked.name.is_empty() && checked.email.is_empty() {
        return Err(AppError::invalid_field("nobody", "/name", "a contact has a name or an e-mail address"));
    }
    if !checked.email.is_empty() && !looks_like_email(&checked.email) {
        return Err(AppError::invalid_field("not_an_email", "/email", "not an e-mail address"));
    }
    if !checked.email.is_empty() && others.iter().any(|other| other.email.eq_ignore_ascii_case(&checked.email)) {
        return Err(AppError::invalid_field("email_twice", "/email", "another contact of this customer has this address"));
    }
    let known = |value: &str, of: fn(&Contact) -> &str| value.is_empty() || before.is_some_and(|before| of(before) == value);
    if !known(&checked.phone, |before| &before.phone) && !looks_like_phone(&checked.phone) {
        return Err(AppError::invalid_field("not_a_number", "/phone", "not a telephone number"));
    }
    if !known(&checked.fax, |before| &before.fax) && !looks_like_phone(&checked.fax) {
        return Err(AppError::invalid_field("not_a_number", "/fax", "not a fax number"));
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_without_an_address_is_not_kept_and_with_a_name_asked_about() {
        let place = |name: &str, address: &str| Place { name: name.into(), address: address.into() };
        assert_eq!(places(&[place(" A ", "1 High\nStreet "), place("", " ")]).unwrap(), [place("A", "1 High\nStreet")]);
        assert!(matches!(places(&[place("A", " ")]), Err(AppError::Invalid { code: "no_address", .. })));
        assert!(places(&vec![place("", "x"); MOST_PLACES + 1]).is_err());
    }
}
