//! I18: an acknowledged object is never NOT_FOUND; and what clients are told of an object was written by one of them, and is not older
//! than what was acknowledged before they asked.
//!
//! Rests on: the answers that clients saw; in the end, when everything is healed, every object of a store that is still there must be
//! found. A store whose disk was lost must be said to be unavailable like any other, so its objects are judged, too, but for complete
//! answers to queries, from which removed stores are left out. What was told of a store after the moment to which its disk went back later
//! is forgiven.

use hydraq_core::objects::{ObjectId, StoreTag};

use super::Sight;
use crate::sim::check::objects::known::{
    Deed, Listing, ObjectHistory, ObjectLife, Outcome, Sighting, Written,
};

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let objects = &sight.history.objects;
    let of_life = |(id, life): (&ObjectId, &ObjectLife)| {
        let found = not_found(objects, *id, life)
            .or_else(|| life.sightings.iter().find_map(|told| not_written(life, told)))
            .or_else(|| contradiction(objects, *id, life))
            .or_else(|| missing_at_last(sight, *id, life));
        found.map(|what| format!("{id}: {what}: {life:?}"))
    };
    let in_life = objects.lives.iter().find_map(of_life);
    in_life.or_else(|| objects.listings.iter().find_map(|listing| not_listed(sight, listing)))
}

/// What was told before a moment, and held then.
fn known<'a>(
    objects: &'a ObjectHistory,
    id: ObjectId,
    life: &'a ObjectLife,
    asked: u64,
    now: u64,
) -> impl Iterator<Item = &'a Sighting> {
    let holds = move |told: &&Sighting| told.at <= asked && !objects.is_void(id, told.asked, told.at, now);
    life.sightings.iter().filter(holds)
}

fn not_found(objects: &ObjectHistory, id: ObjectId, life: &ObjectLife) -> Option<String> {
    life.not_found.iter().find_map(|missing| {
        let told = known(objects, id, life, missing.asked, missing.at).next()?;
        (!life.may_be_deleted(missing.at))
            .then(|| format!("was there at {}, was not deleted, and not found: {missing:?}", told.at))
    })
}

/// Something that was told though nobody wrote it, or though it was refused.
fn not_written(life: &ObjectLife, told: &Sighting) -> Option<String> {
    let fits = |written: &Written| {
        let version_fits = match written.deed {
            Deed::Create => told.version == 1,
            Deed::Update(expected) => expected.is_none_or(|expected| told.version == expected + 1),
            Deed::Delete(expected) => expected.is_none_or(|expected| told.version == expected + 1),
        };
        let is_it = match (&told.body, written.deed) {
            (None, Deed::Delete(_)) => true,
            (None, _) | (Some(_), Deed::Delete(_)) => false,
            (Some(body), _) => *body == written.body,
        };
        // One try to create may be refused where another one made it.
        let may_be = written.outcome != Outcome::Refused || written.deed == Deed::Create;
        is_it && version_fits && may_be && written.asked <= told.at
    };
    let sound = told.fits && life.written.iter().any(fits);
    (!sound).then(|| format!("what was told was not written so: {told:?}"))
}

/// Two answers of which the later one is older, or which tell different things of one version.
fn contradiction(objects: &ObjectHistory, id: ObjectId, life: &ObjectLife) -> Option<String> {
    life.sightings.iter().find_map(|later| {
        let older = known(objects, id, life, later.asked, later.at).find(|told| told.version > later.version);
        let other = life.sightings.iter().find(|told| {
            let void = objects.is_void(id, told.asked, told.at, later.at)
                || objects.is_void(id, later.asked, later.at, told.at);
            told.version == later.version && told.body != later.body && !void
        });
        older.or(other).map(|told| format!("{later:?} contradicts {told:?}"))
    })
}

fn missing_at_last(sight: &Sight<'_>, id: ObjectId, life: &ObjectLife) -> Option<String> {
    let said = life.at_last.as_ref()?;
    let objects = &sight.history.objects;
    known(objects, id, life, u64::MAX, u64::MAX).next()?;
    let is_there = sight.stuck.is_none() && has_store(sight, id) && !life.may_be_deleted(u64::MAX);
    is_there.then(|| format!("is not found in the end: {said}"))
}

/// Whether the store that an id names is on one of the disks.
fn has_store(sight: &Sight<'_>, id: ObjectId) -> bool {
    let of_node = |store| StoreTag::of(store) == id.store();
    sight.world.nodes.iter().any(|node| {
        !node.removed && node.disk.with(|image| image.host.is_some_and(|(_, store)| of_node(store)))
    })
}

fn not_listed(sight: &Sight<'_>, listing: &Listing) -> Option<String> {
    if let Some(unfit) = &listing.unfit {
        return Some(format!("a query found what it did not ask for: {unfit}"));
    }
    let objects = &sight.history.objects;
    objects.lives.iter().find_map(|(id, life)| {
        let asked_for = life.kind == listing.kind && listing.shard.is_none_or(|shard| shard == life.shard);
        let is_known = known(objects, *id, life, listing.asked, listing.at).next().is_some();
        let owed = asked_for && is_known && !life.may_be_deleted(listing.at) && has_store(sight, *id);
        let (asked, at) = (listing.asked, listing.at);
        (owed && !listing.ids.contains(id))
            .then(|| format!("{id} is not in a complete answer to a query at {asked} to {at}: {life:?}"))
    })
}
