//! The commands that act on hosts and their disks.

use super::super::value::Kind;
use super::{CommandWord, Occurs, Parameter, argument, option, row};

/// The most hosts that are spawned at once; of real ones there are fewer, which is for the stage to say.
const HOSTS_MAX: u64 = 1000;

const HOSTS: &[Parameter] =
    &[argument("HOST", Kind::Host, "a host; several at once are hit at the same moment")
        .occurs(Occurs::Some)];
const HOST: Parameter = argument("HOST", Kind::Host, "the host").occurs(Occurs::Required);

pub(super) const COMMANDS: &[CommandWord] = &[
    row(
        "spawn",
        "start hosts, and wait until they see each other",
        &[
            argument("N", Kind::Number(1, HOSTS_MAX), "how many hosts").default("1"),
            option("--name", "NAME", Kind::HostName, "the name of the one host")
                .without("alpha, bravo, charlie, ..."),
            option("--plant", "BUG", Kind::Plant, "plant a bug in it, for lessons").akin(&["bug"]),
        ],
        &["spawn 3", "spawn --name reserve"],
    )
    .akin(&["start", "up", "launch", "host", "hosts", "create"]),
    row(
        "kill",
        "kill hosts at once (SIGKILL); their disks stay",
        HOSTS,
        &["kill alpha", "kill owner(last) random"],
    )
    .akin(&["crash", "sigkill"]),
    row(
        "restart",
        "start killed hosts again on their disks, and wait until they serve",
        HOSTS,
        &["restart alpha"],
    )
    .notes("A host that is running is left alone.")
    .akin(&["reboot", "revive", "start"]),
    row("pause", "stop hosts without ending them (SIGSTOP)", HOSTS, &["pause 2"])
        .akin(&["freeze", "suspend", "sigstop"]),
    row("resume", "let paused hosts go on (SIGCONT)", HOSTS, &["resume 2"])
        .akin(&["continue", "unpause", "thaw", "sigcont"]),
    row(
        "wipe",
        "kill hosts and empty their disks; `restart` brings them back",
        HOSTS,
        &["wipe holder(last,1)"],
    )
    .akin(&["erase", "format"]),
    row(
        "rollback",
        "kill hosts and put their disks back to when they were last started",
        HOSTS,
        &["rollback alpha"],
    )
    .notes(
        "Only for hosts that were restarted before, with at most 64 MiB on disk. `restart` brings them back.",
    )
    .akin(&["revert", "undo", "restore"]),
    row(
        "leave",
        "let hosts leave the cluster in order: others take over their copies first",
        HOSTS,
        &["leave charlie"],
    )
    .akin(&["drain", "decommission"]),
    row("remove", "strike hosts from the cluster that are gone for good", HOSTS, &["remove alpha"])
        .akin(&["evict", "forget"]),
    row("fill", "fill the disk of a host", &[HOST], &["fill bravo"]),
    row("free", "give the disk of a host its space back", &[HOST], &["free bravo"]),
    row(
        "corrupt",
        "flip a byte on the disk of a host",
        &[
            HOST,
            argument("MESSAGE", Kind::Message, "the message whose copy is hit").without("any copy there"),
        ],
        &["corrupt holder(last,1) last"],
    )
    .akin(&["damage", "flip"]),
];
