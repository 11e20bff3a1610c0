//! The mappings that come with edigate. They are part of the program, so that `extends = "templates/…"` always
//! resolves; a project's own file of the same name goes before them.

/// The shipped files below mappings/templates/, each with its text.
macro_rules! shipped {
    ($($name:literal)*) => {
        &[$((
            concat!("templates/", $name),
            include_str!(concat!("../../mappings/templates/", $name, ".toml")),
        )),*]
    };
}

const TEMPLATES: &[(&str, &str)] = shipped! {
    "edifact/codes"
    "edifact/blocks"
    "edifact/d01b/invoice"
    "edifact/d01b/order"
    "edifact/d01b/order-response"
    "edifact/d01b/shipment-notice"
    "edifact/schedules"
    "edifact/d96a/application-advice"
    "edifact/d96a/delivery-schedule"
    "edifact/d96a/inventory-report"
    "edifact/d96a/invoice"
    "edifact/d96a/just-in-time-delivery"
    "edifact/d96a/order"
    "edifact/d96a/order-change"
    "edifact/d96a/order-response"
    "edifact/d96a/receiving-advice"
    "edifact/d96a/remittance-advice"
    "edifact/d96a/shipment-notice"
    "x12/codes"
    "x12/party"
    "x12/terms"
    "x12/goods"
    "x12/changes"
    "x12/responses"
    "x12/schedules"
    "x12/004010/order"
    "x12/004010/order-response"
    "x12/004010/shipment-notice"
    "x12/004010/invoice"
    "x12/004010/order-change"
    "x12/004010/order-change-request"
    "x12/004010/order-change-response"
    "x12/004010/delivery-schedule"
    "x12/004010/shipping-schedule"
    "x12/004010/remittance-advice"
    "x12/004010/inventory-report"
    "x12/004010/receiving-advice"
    "x12/004010/application-advice"
    "x12/004010/acknowledgement"
    "x12/005010/order"
    "x12/005010/order-response"
    "x12/005010/shipment-notice"
    "x12/005010/invoice"
    "x12/005010/order-change"
    "x12/005010/order-change-request"
    "x12/005010/order-change-response"
    "x12/005010/delivery-schedule"
    "x12/005010/shipping-schedule"
    "x12/005010/remittance-advice"
    "x12/005010/inventory-report"
    "x12/005010/receiving-advice"
    "x12/005010/application-advice"
    "x12/005010/acknowledgement"
};

/// The text of a shipped mapping, by its path below `mappings/` without `.toml`.
pub fn template(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of all shipped mappings.
pub fn templates() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}
