//! Answers that are not the resource itself, in one form: `{"error": …, "hint": …}`.

use std::fmt;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::base::Timestamp;
use crate::store::{Found, StoreError};

/// Why a question has no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The question is malformed.
    Question(String),
    /// There is no such thing.
    Missing(String),
    /// A prefix stands for more than one.
    Several(Vec<String>),
    /// The store could not be read.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(fault: StoreError) -> Self {
        Self::Store(fault)
    }
}

/// As it is written down of an act that came to nothing.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(what) | Self::Missing(what) => write!(f, "refused: {what}"),
            Self::Several(_) => f.write_str("refused: more than one id begins so"),
            Self::Store(fault) => write!(f, "failed: {fault}"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::Question(what) => (StatusCode::BAD_REQUEST, json!({ "error": what })),
            Self::Missing(what) => (StatusCode::NOT_FOUND, json!({ "error": what })),
            Self::Several(ids) => (
                StatusCode::CONFLICT,
                json!({ "error": "more than one id begins so", "hint": "give more letters", "ids": ids }),
            ),
            Self::Store(fault) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": fault.to_string() })),
        };
        (status, Json(body)).into_response()
    }
}

/// `?reason=…`: why an operator does what is not done by itself.
#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    reason: Option<String>,
}

impl Reason {
    /// As it was typed.
    pub(super) fn as_given(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// A reason, which white space is not.
    pub(super) fn wanted(&self) -> Result<&str, Refusal> {
        let reason = self.as_given().filter(|reason| !reason.trim().is_empty());
        reason.ok_or_else(|| Refusal::Question("say why: --reason".to_owned()))
    }
}

/// The one id that a prefix stands for.
pub(super) fn only<I: ToString>(found: Found<I>, what: &str, asked: &str) -> Result<I, Refusal> {
    match found {
        Found::One(id) => Ok(id),
        Found::None => Err(Refusal::Missing(format!("no {what} has an id that begins with {asked}"))),
        Found::Several(ids) => Err(Refusal::Several(ids.iter().map(ToString::to_string).collect())),
        Found::Unusable => Err(Refusal::Question(format!(
            "'{asked}' is not an id: give the 26 letters and digits of one, or the first six or more"
        ))),
    }
}

/// Reads a question's word as one of an enumeration's.
pub(super) fn word<T: serde::de::DeserializeOwned>(text: &str, expected: &str) -> Result<T, Refusal> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| Refusal::Question(format!("'{text}' is not {expected}")))
}

/// Reads a question's instant.
pub(super) fn instant(text: &str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_| Refusal::Question(format!("'{text}' is no instant such as 2026-11-24T16:00:00Z")))
}
