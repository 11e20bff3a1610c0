//! The mappings that come with edigate. They are part of the program, so that `extends = "templates/…"` always
//! resolves; a project's own file of the same name goes before them.

const TEMPLATES: &[(&str, &str)] = &[
    ("templates/edifact/codes", include_str!("../../mappings/templates/edifact/codes.toml")),
    ("templates/edifact/blocks", include_str!("../../mappings/templates/edifact/blocks.toml")),
    ("templates/edifact/d96a/invoice", include_str!("../../mappings/templates/edifact/d96a/invoice.toml")),
    ("templates/edifact/d96a/order", include_str!("../../mappings/templates/edifact/d96a/order.toml")),
    (
        "templates/edifact/d96a/order-response",
        include_str!("../../mappings/templates/edifact/d96a/order-response.toml"),
    ),
    ("templates/x12/codes", include_str!("../../mappings/templates/x12/codes.toml")),
    ("templates/x12/party", include_str!("../../mappings/templates/x12/party.toml")),
    ("templates/x12/terms", include_str!("../../mappings/templates/x12/terms.toml")),
    ("templates/x12/goods", include_str!("../../mappings/templates/x12/goods.toml")),
    ("templates/x12/004010/order", include_str!("../../mappings/templates/x12/004010/order.toml")),
    ("templates/x12/004010/order-response", include_str!("../../mappings/templates/x12/004010/order-response.toml")),
    ("templates/x12/004010/shipment-notice", include_str!("../../mappings/templates/x12/004010/shipment-notice.toml")),
    ("templates/x12/004010/invoice", include_str!("../../mappings/templates/x12/004010/invoice.toml")),
    ("templates/x12/005010/order", include_str!("../../mappings/templates/x12/005010/order.toml")),
    ("templates/x12/005010/order-response", include_str!("../../mappings/templates/x12/005010/order-response.toml")),
    ("templates/x12/005010/shipment-notice", include_str!("../../mappings/templates/x12/005010/shipment-notice.toml")),
    ("templates/x12/005010/invoice", include_str!("../../mappings/templates/x12/005010/invoice.toml")),
];

/// The text of a shipped mapping, by its path below `mappings/` without `.toml`.
pub fn template(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of all shipped mappings.
pub fn templates() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}
