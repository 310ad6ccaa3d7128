//! What a firm of a country usually sets: where set-up begins. Everything can be changed, then and later.

use crate::documents::NumberFormat;
use crate::money::{Currency, VatMethod, VatMode};
use crate::series::{Series, SeriesPreset};
use crate::vat::VatRate;
use crate::words::Lang;

/// Where the firm is, as far as settings differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Country {
    Russia,
    Bulgaria,
    Eu,
    Other,
}

/// Settings to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    pub currency: Currency,
    pub vat_mode: VatMode,
    pub vat_method: VatMethod,
    pub vat_rates: Vec<VatRate>,
    /// Code of the rate goods get that name none.
    pub default_vat: &'static str,
    pub zone: &'static str,
    pub lang: Lang,
    pub langs: Vec<Lang>,
    pub series: SeriesPreset,
    /// Labels of the registration numbers and the bank details, as documents there call them.
    pub tax_ids: &'static [&'static str],
    pub bank: &'static [&'static str],
}

impl Country {
    pub const ALL: [Self; 4] = [Self::Russia, Self::Bulgaria, Self::Eu, Self::Other];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Russia => "russia",
            Self::Bulgaria => "bulgaria",
            Self::Eu => "eu",
            Self::Other => "other",
        }
    }

    /// The country a reader of a language is most likely in.
    pub const fn of_reader(lang: Lang) -> Self {
        match lang {
            Lang::Ru => Self::Russia,
            Lang::Bg => Self::Bulgaria,
            Lang::En => Self::Eu,
        }
    }

    pub fn preset(self) -> Preset {
        match self {
            Self::Russia => Preset {
                currency: Currency::RUB,
                // Prices contain VAT and it is rounded on each line: Russian practice (formats.md §3.5).
                vat_mode: VatMode::Gross,
                vat_method: VatMethod::PerLine,
                // 425-ФЗ of 2025-11-28: 22 % for what is shipped from 2026 on.
                vat_rates: vec![
                    rate("standard", "НДС 20 %", 2000, "2019-01-01"),
                    rate("standard", "НДС 22 %", 2200, "2026-01-01"),
                    rate("reduced", "НДС 10 %", 1000, "2004-01-01"),
                    rate("zero", "НДС 0 %", 0, "2001-01-01"),
                    rate("none", "Без НДС", 0, "2001-01-01"),
                ],
                default_vat: "standard",
                zone: "Europe/Moscow",
                lang: Lang::Ru,
                langs: vec![Lang::Ru, Lang::En],
                series: SeriesPreset::Russia,
                tax_ids: &["ИНН", "КПП", "ОГРН"],
                bank: &["Банк", "БИК", "Корр. счёт", "Расч. счёт"],
            },
            Self::Bulgaria => Preset {
                currency: Currency::EUR,
                vat_mode: VatMode::Net,
                vat_method: VatMethod::PerRate,
                vat_rates: vec![
                    rate("standard", "ДДС 20 %", 2000, "1999-01-01"),
                    rate("reduced", "ДДС 9 %", 900, "2011-04-01"),
                    rate("zero", "ДДС 0 %", 0, "1999-01-01"),
                ],
                default_vat: "standard",
                zone: "Europe/Sofia",
                lang: Lang::Bg,
                langs: vec![Lang::Bg, Lang::En],
                series: SeriesPreset::Bulgaria,
                tax_ids: &["ЕИК", "ИН по ДДС"],
                bank: &["Банка", "IBAN", "BIC"],
            },
            Self::Eu => Preset {
                vat_rates: vec![rate("standard", "VAT 20 %", 2000, "2000-01-01"), rate("zero", "VAT 0 %", 0, "2000-01-01")],
                zone: "Europe/Brussels",
                series: SeriesPreset::Eu,
                ..Self::Other.preset()
            },
            Self::Other => Preset {
                currency: Currency::EUR,
                vat_mode: VatMode::Net,
                vat_method: VatMethod::PerRate,
                vat_rates: vec![rate("standard", "VAT 20 %", 2000, "2000-01-01")],
                default_vat: "standard",
                zone: "Etc/UTC",
                lang: Lang::En,
                langs: Lang::ALL.to_vec(),
                series: SeriesPreset::Plain,
                tax_ids: &["VAT"],
                bank: &["Bank", "IBAN", "BIC"],
            },
        }
    }
}

impl Preset {
    pub fn format(&self, series: Series) -> NumberFormat {
        self.series.format(series)
    }
}

fn rate(code: &str, name: &str, basis_points: i64, valid_from: &str) -> VatRate {
    VatRate { code: code.into(), name: name.into(), percent: crate::money::Percent::from_raw(basis_points), valid_from: valid_from.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vat;

    #[test]
    fn every_preset_can_be_taken_as_it_is() {
        for country in Country::ALL {
            let preset = country.preset();
            assert_eq!(vat::check(&preset.vat_rates, preset.default_vat), Ok(()), "{country:?}");
            assert!(vat::default_on(&preset.vat_rates, preset.default_vat, "2026-11-20").is_some(), "{country:?}");
            assert!(preset.langs.contains(&preset.lang), "{country:?}");
        }
        let russia = Country::Russia.preset();
        assert_eq!(vat::default_on(&russia.vat_rates, "standard", "2025-12-31").map(|rate| rate.to_string()).as_deref(), Some("20"));
        assert_eq!(vat::default_on(&russia.vat_rates, "standard", "2026-01-01").map(|rate| rate.to_string()).as_deref(), Some("22"));
    }
}
