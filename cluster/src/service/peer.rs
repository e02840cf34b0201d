//! What hosts ask of each other over gRPC: a link, and to be introduced.

use hydraq_core::event::Event;
use hydraq_proto::v1::peer_server::Peer;
use hydraq_proto::v1::{IntroduceRequest, IntroduceResponse, LinkFrame};
use tokio_stream::StreamExt;
use tonic::{Request, Response, Status, Streaming};

use super::{Answers, Context, ended};
use crate::wire::{peer_in, peer_out, status};

#[tonic::async_trait]
impl Peer for Context {
    type LinkStream = Answers<LinkFrame>;

    async fn link(
        &self,
        request: Request<Streaming<LinkFrame>>,
    ) -> Result<Response<Self::LinkStream>, Status> {
        let outgoing = self.links.accept(request.into_inner());
        Ok(Response::new(Box::pin(outgoing.map(Ok))))
    }

    async fn introduce(
        &self,
        request: Request<IntroduceRequest>,
    ) -> Result<Response<IntroduceResponse>, Status> {
        let records = request.into_inner().host.into_iter().collect();
        let records = peer_in::members(records).map_err(|error| status::invalid(&error))?;
        // Whether a member was removed is for members to say, not for whoever introduces itself.
        let records =
            records.into_iter().map(|record| hydraq_core::frame::MemberRecord { removed: false, ..record });
        self.handle.event(Event::Members(records.collect()));
        let members =
            self.handle.look(|inside| inside.engine.core.member_records()).await.ok_or_else(ended)?;
        Ok(Response::new(IntroduceResponse { members: members.iter().map(peer_out::member).collect() }))
    }
}
