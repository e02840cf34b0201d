//! What each command does: one function a command, and the one table that leads to them.

pub(super) mod balance;
pub(super) mod dequeue;
mod enqueue;
mod expect;
pub(super) mod hosts;
mod links;
mod objects;
mod request;
mod reveal;
pub(super) mod send;
mod settings;
pub(super) mod settle;
mod sight;

use std::rc::Rc;

use super::background::Background;
use super::failure::Failure;
use super::oracle::faults::FaultKind;
use super::outcome::{Outcome, Performed};
use super::roles::find_on;
use super::session::Session;
use crate::scenario::{Command, Consume, Produce, Stop};

/// Performs one command.
///
/// # Errors
/// Why nothing was done at all.
pub async fn perform(session: &Rc<Session>, command: &Command) -> Performed {
    if command.changes_cluster() && session.stage.is_read_only() {
        return Err(Failure::refused("these hosts are only looked at: not all of them take faults")
            .help("start hosts with --faults to play with them; requests of one's own go by `hydraq enqueue` and the like"));
    }
    match command {
        Command::Spawn(spawn) => hosts::spawn(session, spawn).await,
        Command::Kill(named) => hosts::kill(session, named).await,
        Command::Restart(named) => hosts::restart(session, named).await,
        Command::Pause(named) => hosts::pause(session, named).await,
        Command::Resume(named) => hosts::resume(session, named).await,
        Command::Wipe(named) => hosts::harm_disks(session, named, FaultKind::Wipe).await,
        Command::RollBack(named) => hosts::harm_disks(session, named, FaultKind::RollBack).await,
        Command::Leave(named) => hosts::leave(session, named).await,
        Command::Remove(named) => hosts::remove(session, named).await,
        Command::Fill(host) => hosts::fill(session, host).await,
        Command::Free(host) => hosts::free(session, host).await,
        Command::Corrupt(corrupt) => hosts::corrupt(session, corrupt).await,
        Command::Enqueue(enqueue) => enqueue::enqueue(session, enqueue).await,
        Command::Dequeue(dequeue) => dequeue::dequeue(session, dequeue).await,
        Command::Delete(target) => settle::delete(session, target).await,
        Command::Release(target) => settle::release(session, target).await,
        Command::Extend(extend) => settle::extend(session, extend).await,
        Command::Consume(consume) => start_to_consume(session, consume),
        Command::Produce(produce) => start_to_produce(session, produce),
        Command::Stop(stop) => Ok(stop_load(session, stop).into()),
        Command::Cut(cut) => links::cut(session, cut).await,
        Command::Delay(delay) => links::delay(session, delay).await,
        Command::Drop(drop) => links::drop(session, drop).await,
        Command::Heal(heal) => links::heal(session, heal).await,
        Command::ObjectCreate(create) => objects::create(session, create).await,
        Command::ObjectGet(get) => objects::get(session, get).await,
        Command::ObjectUpdate(update) => objects::update(session, update).await,
        Command::ObjectDelete(delete) => objects::delete(session, delete).await,
        Command::ObjectQuery(query) => objects::query(session, query).await,
        Command::PauseType(one) => settings::pause_type(session, one, true).await,
        Command::ResumeType(one) => settings::pause_type(session, one, false).await,
        Command::LimitType(limit) => settings::limit_type(session, limit).await,
        Command::Redrive(redrive) => settings::redrive(session, redrive).await,
        Command::Repair(repair) => settings::repair(session, repair).await,
        Command::Balance(balance) => settings::balance(session, balance).await,
        Command::Wait(wait) => {
            session.stage.sleep(wait.duration).await;
            Ok(Outcome::Waited(wait.duration).into())
        }
        Command::Say(say) => Ok(Outcome::Said(say.text.clone()).into()),
        Command::Ask(ask) => Ok(reveal::ask(session, ask).into()),
        Command::Reveal(reveal) => reveal::reveal(session, reveal).await,
        Command::Expect(expectation) => expect::expect(session, expectation).await,
        Command::Show(one) => sight::show(session, one.message).await,
        Command::Explain(one) => sight::explain(session, one.message).await,
    }
}

fn start_to_produce(session: &Rc<Session>, command: &Produce) -> Performed {
    let on = find_on(session, command.options.on.as_ref())?;
    Background::produce(session, command.options.clone(), command.rate, on);
    Ok(Outcome::Started { load: crate::scenario::Load::Produce, rate: Some(command.rate) }.into())
}

fn start_to_consume(session: &Rc<Session>, command: &Consume) -> Performed {
    let on = find_on(session, command.on.as_ref())?;
    Background::consume(session, command, on);
    Ok(Outcome::Started { load: crate::scenario::Load::Consume, rate: command.rate }.into())
}

fn stop_load(session: &Session, command: &Stop) -> Outcome {
    let (tasks, tally) = session.background.stop(command.load);
    Outcome::Stopped { load: command.load, tasks, tally }
}
