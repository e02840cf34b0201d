//! The commands that act on the objects of the independent data stores.

use super::super::value::Kind;
use super::{COUNT, CommandWord, ON, Occurs, Parameter, TIMEOUT, argument, flag, option, row};

const KIND: Parameter = argument("KIND", Kind::ObjectKind, "the kind of object").occurs(Occurs::Required);
const OBJECT: Parameter =
    argument("OBJECT", Kind::Object, "`last`, the last object created, or an id").occurs(Occurs::Required);
const ATTRIBUTE: Parameter =
    option("--attribute", "K=V", Kind::Attribute, "an attribute; {n} in its value is the count")
        .occurs(Occurs::Any)
        .akin(&["set", "attr", "field", "value"]);
const IF_VERSION: Parameter =
    option("--if-version", "N", Kind::Number(0, u64::MAX), "only if the object has this version");

pub(super) const COMMANDS: &[CommandWord] = &[
    row(
        "object create",
        "create objects, each in a store that is available",
        &[
            KIND,
            argument("N", COUNT, "how many objects").default("1"),
            ATTRIBUTE,
            option("--id", "ID", Kind::Id, "the id of the one object, for a retry").without("a new one"),
            TIMEOUT,
            ON,
        ],
        &["object create order 10 --attribute customer=anna --attribute number={n}"],
    )
    .akin(&["new", "insert", "add", "put"]),
    row("object get", "read an object", &[OBJECT, TIMEOUT, ON], &["object get last"]).akin(&["read", "show"]),
    row(
        "object update",
        "change the attributes of an object",
        &[
            OBJECT,
            ATTRIBUTE.occurs(Occurs::Some),
            flag("--replace", "drop all attributes that are not given"),
            IF_VERSION,
            TIMEOUT,
            ON,
        ],
        &["object update last --attribute state=paid --if-version 1"],
    )
    .akin(&["set", "change", "modify"]),
    row("object delete", "delete an object", &[OBJECT, IF_VERSION, TIMEOUT, ON], &["object delete last"])
        .akin(&["remove"]),
    row(
        "object query",
        "find objects by their attributes, in all stores",
        &[
            KIND,
            option(
                "--where",
                "CONDITION",
                Kind::Condition,
                "NAME=VALUE, or with < <= > >= or ^= (begins with)",
            )
            .occurs(Occurs::Any)
            .akin(&["filter", "if"]),
            option("--limit", "N", COUNT, "at most so many").default("100"),
            flag("--strict", "fail if a store does not answer"),
            TIMEOUT,
            ON,
        ],
        &["object query order --where customer=anna --where number>=5"],
    )
    .notes("Several conditions must all be true.")
    .akin(&["find", "list", "search", "select"]),
];
