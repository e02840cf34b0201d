//! Which attributes are in the index, and how far it is built: asked of one host.

use std::time::Duration;

use hydraq_core::objects::Indexed;
use hydraq_proto::v1;

use super::super::host::within;
use super::super::{ClientError, HostClient};
use super::host::garbled;
use crate::wire::objects as wire;

/// How long a question to all stores may take.
const QUESTION: Duration = Duration::from_secs(10);

/// How the kinds are indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Each kind.
    pub kinds: Vec<KindReport>,
    /// Hosts whose stores did not answer.
    pub silent: Vec<String>,
}

/// How one kind is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindReport {
    /// The kind.
    pub kind: String,
    /// What was declared.
    pub declared: Indexed,
    /// How far each store is.
    pub stores: Vec<IndexProgress>,
}

/// How far the index of a kind is built in one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexProgress {
    /// The name of its host.
    pub host: String,
    /// Whether it is what was declared.
    pub complete: bool,
    /// If not: how many objects were gone over.
    pub done: u64,
    /// And how many are left.
    pub left: u64,
}

impl IndexReport {
    /// Whether the index is what was declared, in all stores that answered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.kinds.iter().all(|kind| kind.stores.iter().all(|store| store.complete))
    }
}

impl HostClient {
    /// Says how a kind is indexed, or all for which something was declared; with `declare`, others are from now on.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn object_index(
        &self,
        kind: &str,
        declare: Option<&Indexed>,
    ) -> Result<IndexReport, ClientError> {
        let declare = declare.map(wire::indexed_out);
        let request = v1::IndexRequest { kind: kind.to_owned(), declare, here: false };
        let answer = within(QUESTION, self.objects().index(request)).await?;
        let name = |host: Option<v1::HostName>| host.map(|host| host.name).unwrap_or_default();
        let progress = |store: v1::StoreIndex| IndexProgress {
            host: name(store.store),
            complete: store.complete,
            done: store.done,
            left: store.left,
        };
        let kinds = answer.kinds.into_iter().map(|index| {
            let declared = wire::indexed("declared", &index.declared.unwrap_or_default());
            Ok(KindReport {
                kind: index.kind,
                declared: declared.map_err(|error| garbled(&error))?,
                stores: index.stores.into_iter().map(progress).collect(),
            })
        });
        Ok(IndexReport {
            kinds: kinds.collect::<Result<_, ClientError>>()?,
            silent: answer.silent.into_iter().map(|host| host.name).collect(),
        })
    }
}
