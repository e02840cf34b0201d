//! Declarations of which attributes are in the index.

use hydraq_core::objects::Indexed;
use hydraq_core::objects::apply::ATTRIBUTES_MAX;
use hydraq_proto::v1;

use super::super::Invalid;
use super::super::limits::ATTRIBUTE_NAME_BYTES_MAX;
use super::{KIND_BYTES_MAX, name};

/// What a request declares, checked; none if it only asks.
pub fn index(request: &v1::IndexRequest) -> Result<Option<Indexed>, Invalid> {
    if !request.kind.is_empty() || request.declare.is_some() {
        name("kind", request.kind.clone(), KIND_BYTES_MAX)?;
    }
    request.declare.as_ref().map(|declared| indexed("declare", declared)).transpose()
}

/// Attributes that are in the index, checked.
pub fn indexed(field: &str, indexed: &v1::IndexedAttributes) -> Result<Indexed, Invalid> {
    let count = indexed.names.len();
    if indexed.all && count > 0 {
        return Err(Invalid::new(format!("{field}.names"), format!("must be empty with all, not {count}")));
    }
    if count > ATTRIBUTES_MAX {
        let limit = format!("must be at most {ATTRIBUTES_MAX}, not {count}");
        return Err(Invalid::new(format!("{field}.names"), limit));
    }
    let named = indexed.names.iter().enumerate();
    let checked = named.map(|(place, attribute)| {
        name(&format!("{field}.names[{place}]"), attribute.clone(), ATTRIBUTE_NAME_BYTES_MAX)
    });
    let names = checked.collect::<Result<_, Invalid>>()?;
    Ok(if indexed.all { Indexed::All } else { Indexed::Only(names) })
}

/// Attributes that are in the index, as they travel.
#[must_use]
pub fn indexed_out(indexed: &Indexed) -> v1::IndexedAttributes {
    match indexed {
        Indexed::All => v1::IndexedAttributes { all: true, names: Vec::new() },
        Indexed::Only(names) => v1::IndexedAttributes { all: false, names: names.iter().cloned().collect() },
    }
}
