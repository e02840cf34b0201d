//! The cluster service.

use hydraq_core::event::{Event, Order};
use hydraq_core::host::EVENTS_KEPT_SETTING;
use hydraq_core::ids::{HostId, MessageId, Sequence};
use hydraq_core::objects::log::Keep;
use hydraq_core::record::Record;
use hydraq_core::request::Knowledge;
use hydraq_proto::v1;
use hydraq_proto::v1::cluster_server::Cluster;
use hydraq_proto::v1::inject_request::Fault;
use std::sync::PoisonError;
use std::time::Duration;
use tonic::{Request, Response, Status};

use super::{Answers, Context, ended};
use crate::host::handle::Inside;
use crate::wire::Invalid;
use crate::wire::names::{id_bytes, message_id};
use crate::wire::status::invalid;

/// The names of settings, and which values they take.
const SETTINGS: [(&str, &[&str]); 3] = [
    ("balance", &["round-robin", "random", "least-loaded"]),
    ("repair", &["none", "manual", "auto"]),
    // How many replicas the messages of objects' events get.
    ("event-replicas", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
];

/// The settings of a message type, and which values they take; none: a number or `none`.
const TYPE_SETTINGS: [(&str, Option<&[&str]>); 3] =
    [("pause-in/", Some(&["yes", "no"])), ("pause-out/", Some(&["yes", "no"])), ("length-max/", None)];

impl Context {
    fn order(&self, order: Order) {
        self.handle.event(Event::Order(order));
    }

    /// The member with this name, or id.
    async fn member(&self, field: &str, host: &str) -> Result<HostId, Status> {
        let records =
            self.handle.look(|inside| inside.engine.core.member_records()).await.ok_or_else(ended)?;
        let by_id = host.parse::<HostId>().ok();
        let mut found = records.iter().filter(|record| record.name == host || Some(record.id) == by_id);
        // A name that was used again belongs to the one that was not removed.
        let found = found.clone().find(|record| !record.removed).or_else(|| found.next());
        found.map(|record| record.id).ok_or_else(|| {
            let names: Vec<&str> =
                records.iter().filter(|record| !record.removed).map(|record| &record.name[..]).collect();
            invalid(&Invalid::new(field, format!("must be one of {}, not {host:?}", names.join(", "))))
        })
    }

    async fn inject_fault(&self, fault: Fault) -> Result<v1::InjectResponse, Status> {
        let faults = self.links.faults();
        let mut message = bytes::Bytes::new();
        match fault {
            Fault::Cut(way) => {
                let peer = self.member("cut.peer", &way.peer).await?;
                faults.change(peer, |fault| {
                    fault.cut_out |= way.outwards;
                    fault.cut_in |= way.inwards;
                });
            }
            Fault::Delay(way) => {
                let peer = self.member("delay.peer", &way.peer).await?;
                faults.change(peer, |fault| fault.delay = Duration::from_millis(way.delay_ms.min(60_000)));
            }
            Fault::Drop(way) => {
                let peer = self.member("drop.peer", &way.peer).await?;
                faults.change(peer, |fault| fault.drop_percent = way.percent.min(100));
            }
            Fault::Heal(way) if way.peer.is_empty() => faults.heal(None),
            Fault::Heal(way) => faults.heal(Some(self.member("heal.peer", &way.peer).await?)),
            Fault::Full(full) => {
                let mut space = self.space.lock().unwrap_or_else(PoisonError::into_inner);
                space.pretend(full);
                let changed = space.look();
                drop(space);
                if let Some(full) = changed {
                    self.handle.event(Event::Full(full));
                }
            }
            Fault::Corrupt(id) => message = self.corrupt(&id).await?,
            Fault::SlowMs(_) | Fault::FailFsync(_) | Fault::Plant(_) => {
                return Err(Status::unimplemented("this fault is not built yet"));
            }
        }
        // A look takes its turn behind all that was said before: the answer means that it is done.
        self.handle.look(|_| ()).await.ok_or_else(ended)?;
        Ok(v1::InjectResponse { message })
    }

    /// Flips a byte of a message on this host's disk; of the oldest one if none is named.
    async fn corrupt(&self, id: &[u8]) -> Result<bytes::Bytes, Status> {
        let id = if id.is_empty() {
            None
        } else {
            Some(message_id("corrupt", id).map_err(|error| invalid(&error))?)
        };
        let done = self.handle.look(move |inside| flip(inside, id)).await.ok_or_else(ended)?;
        done.map(id_bytes).ok_or_else(|| {
            invalid(&Invalid::new("corrupt", "must name a message of which this host has a copy"))
        })
    }
}

fn flip(inside: &mut Inside<'_>, id: Option<MessageId>) -> Option<MessageId> {
    let id = id.or_else(|| {
        let records = inside.engine.store().scan(Sequence(0), false, 10_000);
        records.into_iter().find_map(|(_, record)| match record {
            Ok(Record::Message(record)) => Some(record.message.id),
            _ => None,
        })
    })?;
    let Knowledge::Held(held) = inside.engine.core.knowledge(id) else { return None };
    inside.engine.store_mut().flip_byte(held.sequence).ok().map(|()| id)
}

fn check_setting(name: &str, value: &str) -> Result<(), Invalid> {
    let one_of = |values: &[&str]| {
        let what = format!("must be one of {}, not {value:?}", values.join(", "));
        if values.contains(&value) { Ok(()) } else { Err(Invalid::new("value", what)) }
    };
    if let Some((_, values)) = SETTINGS.iter().find(|(known, _)| *known == name) {
        return one_of(values);
    }
    if name == EVENTS_KEPT_SETTING {
        let what = format!("must be a number of events, or of milliseconds with ms behind it, not {value:?}");
        return Keep::read(value).map(|_| ()).ok_or_else(|| Invalid::new("value", what));
    }
    for (prefix, values) in TYPE_SETTINGS {
        let Some(message_type) = name.strip_prefix(prefix) else { continue };
        crate::wire::names::TypeNames::default().check("name", message_type)?;
        return match values {
            Some(values) => one_of(values),
            None if value == "none" || value.parse::<u64>().is_ok() => Ok(()),
            None => Err(Invalid::new("value", format!("must be a number or none, not {value:?}"))),
        };
    }
    let known: Vec<String> = SETTINGS
        .iter()
        .map(|(name, _)| *name)
        .chain([EVENTS_KEPT_SETTING])
        .map(str::to_owned)
        .chain(TYPE_SETTINGS.iter().map(|(prefix, _)| format!("{prefix}TYPE")))
        .collect();
    Err(Invalid::new("name", format!("must be one of {}, not {name:?}", known.join(", "))))
}

#[tonic::async_trait]
impl Cluster for Context {
    async fn hosts(&self, request: Request<v1::HostsRequest>) -> Result<Response<v1::HostsResponse>, Status> {
        self.all_states(request.get_ref().here).await.map(Response::new)
    }

    type WatchStream = Answers<v1::WatchResponse>;

    async fn watch(&self, request: Request<v1::WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        self.watch_host(request.into_inner()).map(Response::new)
    }

    async fn copies(
        &self,
        request: Request<v1::CopiesRequest>,
    ) -> Result<Response<v1::CopiesResponse>, Status> {
        self.copies_here(request.into_inner()).await.map(Response::new)
    }

    async fn leave(&self, _: Request<v1::LeaveRequest>) -> Result<Response<v1::LeaveResponse>, Status> {
        self.order(Order::Leave);
        Ok(Response::new(v1::LeaveResponse {}))
    }

    async fn remove(
        &self,
        request: Request<v1::RemoveRequest>,
    ) -> Result<Response<v1::RemoveResponse>, Status> {
        let host = self.member("host", &request.get_ref().host).await?;
        self.order(Order::Remove(host));
        Ok(Response::new(v1::RemoveResponse {}))
    }

    async fn repair(
        &self,
        request: Request<v1::RepairRequest>,
    ) -> Result<Response<v1::RepairResponse>, Status> {
        let request = request.into_inner();
        if !request.mode.is_empty() {
            check_setting("repair", &request.mode)
                .map_err(|error| invalid(&Invalid { field: "mode".into(), ..error }))?;
            self.order(Order::Set("repair".into(), request.mode));
        }
        if request.now {
            self.order(Order::Repair);
        }
        Ok(Response::new(v1::RepairResponse {}))
    }

    async fn configure(
        &self,
        request: Request<v1::ConfigureRequest>,
    ) -> Result<Response<v1::ConfigureResponse>, Status> {
        let v1::ConfigureRequest { name, value } = request.into_inner();
        check_setting(&name, &value).map_err(|error| invalid(&error))?;
        self.order(Order::Set(name, value));
        self.handle.look(|_| ()).await.ok_or_else(ended)?;
        Ok(Response::new(v1::ConfigureResponse {}))
    }

    async fn inject(
        &self,
        request: Request<v1::InjectRequest>,
    ) -> Result<Response<v1::InjectResponse>, Status> {
        if !self.faults_allowed {
            return Err(Status::permission_denied("this host was not started with --faults"));
        }
        match request.into_inner().fault {
            Some(fault) => self.inject_fault(fault).await.map(Response::new),
            None => Err(invalid(&Invalid::new("fault", "is missing"))),
        }
    }
}
