//! Words of printed documents: proforma invoice.

crate::words! {
    PROFORMA = "Proforma invoice", "Счёт на оплату", "Проформа фактура";
    TAX_ID = "VAT number", "ИНН", "ИН по ДДС";
}
