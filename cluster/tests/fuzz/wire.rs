//! What comes from peers and clients: any bytes that are a message of the contract are converted or refused.

use hydraq_cluster::wire::{forward, objects, peer_in, queue};
use hydraq_proto::v1;
use prost::Message;

#[test]
fn link_frames() {
    fuzz_bytes!(|bytes: &[u8]| {
        if let Ok(frame) = v1::LinkFrame::decode(bytes) {
            let _ = peer_in::link_frame(frame);
        }
        // Most random bytes are no frame: as the inside of one, they are looked at further.
        if let Ok(envelope) = v1::Envelope::decode(bytes) {
            let frame = Some(v1::link_frame::Frame::Envelope(envelope));
            let _ = peer_in::link_frame(v1::LinkFrame { frame });
        }
        if let Ok(hello) = v1::Hello::decode(bytes) {
            let frame = Some(v1::link_frame::Frame::Hello(hello));
            let _ = peer_in::link_frame(v1::LinkFrame { frame });
        }
    });
}

#[test]
fn forwarded_requests_and_replies() {
    fuzz_bytes!(|bytes: &[u8]| {
        let _ = forward::request(v1::ForwardedRequest::decode(bytes).ok());
        let _ = forward::reply(v1::ForwardedReply::decode(bytes).ok());
    });
}

#[test]
fn requests_of_clients() {
    fuzz_bytes!(|bytes: &[u8]| {
        if let Ok(request) = v1::DequeueRequest::decode(bytes) {
            let _ = queue::dequeue(&request);
        }
        if let Ok(request) = v1::DeleteRequest::decode(bytes) {
            let _ = queue::delete(&request);
        }
        if let Ok(request) = v1::RedriveRequest::decode(bytes) {
            let _ = queue::redrive(&request);
        }
        if let Ok(request) = v1::CreateObjectRequest::decode(bytes) {
            let _ = objects::create(request, 1);
        }
        if let Ok(request) = v1::UpdateObjectRequest::decode(bytes) {
            let _ = objects::update(request, 1);
        }
        if let Ok(request) = v1::QueryObjectsRequest::decode(bytes) {
            let _ = objects::query(request);
        }
    });
}
