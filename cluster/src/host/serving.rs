//! The network thread's part of a host process: the gRPC services, health and reflection, and the room on the disk.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hydraq_core::event::Event;
use hydraq_proto::v1::cluster_server::ClusterServer;
use hydraq_proto::v1::peer_server::PeerServer;
use hydraq_proto::v1::queue_server::QueueServer;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::process::HostError;
use crate::service::Context;
use crate::wire::limits::GRPC_BYTES_MAX;

/// How often the room on the disk is looked at.
const SPACE_INTERVAL: Duration = Duration::from_secs(1);

/// Serves until something ends it.
pub(super) async fn serve(
    context: Context,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
    end: tokio::sync::oneshot::Receiver<Result<(), HostError>>,
    ready: impl FnOnce() + Send + 'static,
) -> Result<(), HostError> {
    let (health, health_service) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(hydraq_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(|error| HostError::System(error.to_string()))?;
    let queue = QueueServer::new(context.clone()).max_decoding_message_size(GRPC_BYTES_MAX);
    let cluster = ClusterServer::new(context.clone());
    let objects = crate::service::objects::server(context.clone());
    let peer = PeerServer::new(context.clone()).max_decoding_message_size(GRPC_BYTES_MAX);
    // Small frames must not wait for others. The server's own option is for listeners that it opens itself.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = tonic::transport::Server::builder()
        .initial_stream_window_size(8 << 20)
        .initial_connection_window_size(16 << 20)
        .add_service(health_service)
        .add_service(reflection)
        .add_service(queue)
        .add_service(cluster)
        .add_service(objects)
        .add_service(peer.max_encoding_message_size(GRPC_BYTES_MAX))
        .serve_with_incoming(incoming);
    let watch_space = watch_space(context.clone());
    let announce = announce(context, health, ready);
    tokio::select! {
        result = server => result.map_err(|error| HostError::System(error.to_string())),
        result = end => result.unwrap_or_else(|_| Err(HostError::System("the commit thread has died".into()))),
        () = stop => Ok(()),
        () = watch_space => Ok(()),
        () = announce => Ok(()),
    }
}

/// Looks at the room on the disk, for ever.
async fn watch_space(context: Context) {
    loop {
        let changed = context.space.lock().unwrap_or_else(PoisonError::into_inner).look();
        if let Some(full) = changed {
            context.handle.event(Event::Full(full));
        }
        tokio::time::sleep(SPACE_INTERVAL).await;
    }
}

/// Says once that the host is ready, and keeps the health service true, for ever.
async fn announce(context: Context, health: HealthReporter, ready: impl FnOnce()) {
    let mut ready = Some(ready);
    let mut said = None;
    loop {
        let shared = &context.handle.shared;
        let serving = shared.serving.load(Ordering::SeqCst);
        if said != Some(serving) {
            said = Some(serving);
            let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
            health.set_service_status("", status).await;
            health.set_service_status("hydraq.v1.Queue", status).await;
            health.set_service_status("hydraq.v1.Objects", status).await;
        }
        if serving && let Some(ready) = ready.take() {
            ready();
        }
        shared.serving_changed.notified().await;
    }
}
