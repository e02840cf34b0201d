//! Asking the other members: the same question to each, with little patience.

use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::frame::MemberRecord;
use hydraq_core::ids::HostId;
use hydraq_proto::v1;
use hydraq_proto::v1::cluster_client::ClusterClient;
use hydraq_proto::v1::queue_client::QueueClient;
use tonic::{Response, Status};

use super::{Context, ended};
use crate::client::way::Way;
use crate::wire::deliveries::host_name;
use crate::wire::limits::GRPC_BYTES_MAX;

/// How long a member may take to answer.
pub const PATIENCE: Duration = Duration::from_millis(500);

/// The other members, and how each answered: with something, or not at all.
pub struct Answered<T> {
    /// Those that did.
    pub answers: Vec<(MemberRecord, T)>,
    /// Those that did not.
    pub silent: Vec<MemberRecord>,
}

impl Context {
    /// The other members that were not removed.
    pub async fn other_members(&self) -> Result<Vec<MemberRecord>, Status> {
        let records =
            self.handle.look(|inside| inside.engine.core.member_records()).await.ok_or_else(ended)?;
        let me = self.my_id();
        Ok(records.into_iter().filter(|record| record.id != me && !record.removed).collect())
    }

    /// Asks every other member the same; those that do not answer in time are silent.
    pub async fn ask_members<T, F>(&self, ask: impl Fn(Way) -> F) -> Result<Answered<T>, Status>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let members = self.other_members().await?;
        let asked = members.into_iter().map(|member| {
            let answer = self.way_to(&member).map(&ask);
            async move {
                let answer = match answer {
                    Some(answer) => tokio::time::timeout(PATIENCE, answer).await.ok().and_then(Result::ok),
                    None => None,
                };
                (member, answer.map(Response::into_inner))
            }
        });
        let mut answered = Answered { answers: Vec::new(), silent: Vec::new() };
        for (member, answer) in join_all(asked).await {
            match answer {
                Some(answer) => answered.answers.push((member, answer)),
                None => answered.silent.push(member),
            }
        }
        Ok(answered)
    }

    /// A way to a member; nothing is opened before it is used.
    pub(super) fn way_to(&self, member: &MemberRecord) -> Option<Way> {
        self.dialler.way(&member.address, PATIENCE)
    }

    /// A member, as answers name it.
    pub(super) fn named(&self, member: HostId) -> v1::HostName {
        host_name(member, &|host| self.name_of(host))
    }
}

/// A client of a member's queue service.
#[must_use]
pub fn queue_client(way: Way) -> QueueClient<Way> {
    QueueClient::new(way).max_decoding_message_size(GRPC_BYTES_MAX)
}

/// A client of a member's cluster service.
#[must_use]
pub fn cluster_client(way: Way) -> ClusterClient<Way> {
    ClusterClient::new(way).max_decoding_message_size(GRPC_BYTES_MAX)
}
