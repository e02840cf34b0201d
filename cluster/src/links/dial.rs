//! Looking after one member: a task that sees to it that there is a link, and says when there cannot be one.

use std::sync::Arc;
use std::time::Duration;

use hydraq_core::event::{Event, Suspicion};
use hydraq_core::ids::HostId;
use hydraq_proto::v1::peer_client::PeerClient;
use hydraq_proto::v1::{IntroduceRequest, LinkFrame};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint, Uri};

use super::flow::{Outgoing, outgoing_frames};
use super::{Known, Links, Me, lock};
use crate::wire::limits::GRPC_BYTES_MAX;
use crate::wire::{peer_in, peer_out};

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// How long to wait before trying again, at first and at most. The first wait is short: a process that is dying may accept a
/// connection, and only the next try tells that it is dead.
const RETRY: std::ops::Range<Duration> = Duration::from_millis(10)..Duration::from_millis(500);

/// How long the side that does not dial waits between two looks, at most.
const KNOCK: Duration = Duration::from_millis(200);

/// Why there is no connection.
enum NoWay {
    /// The address refuses connections: nobody listens there.
    Refused,
    /// Anything else.
    Other,
}

/// Looks after the link with one member for as long as it is a member.
pub(super) async fn look_after(links: Links, peer: HostId, known: Arc<Known>) {
    let mut patience = RETRY.start;
    loop {
        let Some(me) = links.me() else {
            known.wake.notified().await;
            continue;
        };
        if links.is_linked(peer) {
            known.wake.notified().await;
            patience = RETRY.start;
            continue;
        }
        let fault = links.faults().get(peer);
        let address = lock(&known.address).clone();
        let passes = !fault.cut_out || !fault.cut_in;
        if passes && !address.is_empty() {
            let result = if me.id < peer {
                dial(&links, peer, &address).await
            } else {
                knock(&links, &me, &address).await
            };
            if let Err(NoWay::Refused) = result {
                links.0.handle.event(Event::Suspect(peer, Suspicion::Refused));
            }
        }
        let pause = if me.id < peer { patience } else { patience.min(KNOCK) };
        let _ = tokio::time::timeout(pause, known.wake.notified()).await;
        patience = (patience * 2).min(RETRY.end);
    }
}

/// Opens a link to a peer and reads it until it ends.
async fn dial(links: &Links, peer: HostId, address: &str) -> Result<(), NoWay> {
    let channel = connect(address).await?;
    let mut client = client(channel);
    let (link, say) = links.open(Some(peer));
    let outgoing = outgoing_frames(Outgoing::new(links.clone(), link, say));
    links.0.handle.event(Event::Connected(peer, link));
    let answered = tokio::time::timeout(CONNECT_TIMEOUT * 4, client.link(outgoing)).await;
    let incoming: Streaming<LinkFrame> = match answered {
        Ok(Ok(response)) => response.into_inner(),
        _ => {
            links.lost(link);
            return Err(NoWay::Other);
        }
    };
    let reading = links.clone();
    let reader = tokio::spawn(async move { reading.read(link, incoming).await });
    links.set_reader(link, reader.abort_handle());
    // It ends with the link, or is aborted by whoever hangs up.
    let _ = reader.await;
    Ok(())
}

/// Looks whether a peer that has to dial is there, and makes sure that it knows this host.
async fn knock(links: &Links, me: &Me, address: &str) -> Result<(), NoWay> {
    let records = introduce(address, me).await?;
    links.0.handle.event(Event::Members(records));
    Ok(())
}

async fn introduce(address: &str, me: &Me) -> Result<Vec<hydraq_core::frame::MemberRecord>, NoWay> {
    let channel = connect(address).await?;
    let request = IntroduceRequest { host: Some(peer_out::member(&me.record)) };
    let response = tokio::time::timeout(CONNECT_TIMEOUT * 2, client(channel).introduce(request)).await;
    let response = response.map_err(|_| NoWay::Other)?.map_err(|_| NoWay::Other)?;
    peer_in::members(response.into_inner().members).map_err(|_| NoWay::Other)
}

/// Introduces this host at an address and learns of the members; for a host that joins.
///
/// # Errors
/// Nobody answers there, in words.
pub async fn join(address: &str, me: &Me) -> Result<Vec<hydraq_core::frame::MemberRecord>, String> {
    introduce(address, me).await.map_err(|no_way| match no_way {
        NoWay::Refused => format!("{address} refuses connections"),
        NoWay::Other => format!("{address} does not answer as a hydraq host"),
    })
}

fn client(channel: Channel) -> PeerClient<Channel> {
    PeerClient::new(channel)
        .max_decoding_message_size(GRPC_BYTES_MAX)
        .max_encoding_message_size(GRPC_BYTES_MAX)
}

/// A connection of its own for one link, so that nothing else can hold it up.
async fn connect(address: &str) -> Result<Channel, NoWay> {
    let uri: Uri = address.parse().map_err(|_| NoWay::Other)?;
    let target = format!("{}:{}", uri.host().ok_or(NoWay::Other)?, uri.port_u16().unwrap_or(80));
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(target)).await;
    let stream = match connected {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            return Err(NoWay::Refused);
        }
        _ => return Err(NoWay::Other),
    };
    // Small frames must not wait for others.
    stream.set_nodelay(true).map_err(|_| NoWay::Other)?;
    let mut stream = Some(TokioIo::new(stream));
    let connector = tower::service_fn(move |_: Uri| {
        let stream = stream.take();
        async move { stream.ok_or_else(|| std::io::Error::other("the connection was used")) }
    });
    Endpoint::from(uri)
        .initial_stream_window_size(8 << 20)
        .initial_connection_window_size(16 << 20)
        .connect_with_connector(connector)
        .await
        .map_err(|_| NoWay::Other)
}
