//! The commands that wait, tell, ask, expect and look.

use super::super::value::Kind;
use super::super::value::choice::Operator;
use super::{CommandWord, Occurs, Parameter, argument, option, row};

const MESSAGE: &[Parameter] = &[argument("MESSAGE", Kind::Message, "`last` or an id").default("last")];

pub(super) const COMMANDS: &[CommandWord] = &[
    row(
        "wait",
        "do nothing for a while",
        &[argument("D", Kind::Duration, "how long").occurs(Occurs::Required)],
        &["wait 2s"],
    )
    .never_fails()
    .akin(&["sleep"]),
    row(
        "say",
        "show a text to whoever watches",
        &[argument("TEXT", Kind::Text, "the text").occurs(Occurs::Required)],
        &["say \"Now we kill the owner.\""],
    )
    .never_fails()
    .akin(&["echo", "print", "tell", "note"]),
    row(
        "ask",
        "ask whoever watches a question",
        &[
            argument("QUESTION", Kind::Text, "the question").occurs(Occurs::Required),
            option(
                "--choice",
                "\"a: TEXT\"",
                Kind::Answer,
                "an answer to choose from; at least two, or none",
            )
            .occurs(Occurs::Any)
            .akin(&["option", "choices"]),
            option("--answer", "A", Kind::Text, "the right answer: the letter of a choice, or a text")
                .occurs(Occurs::Required),
            option("--metric", "METRIC", Kind::Metric, "the answer is what this measures at the `reveal`")
                .akin(&["measure"]),
            option("--explain", "TEXT", Kind::Text, "what is told afterwards").akin(&["because"]),
        ],
        &["ask \"What comes next?\" --choice \"a: the message\" --choice \"b: nothing\" --answer b"],
    )
    .never_fails()
    .notes(
        "The answer is graded by the next `reveal`, or at once if none follows. In a run without a screen the right \
         answer is given.",
    )
    .akin(&["question", "quiz"]),
    row(
        "reveal",
        "grade the prediction that the last `ask` wanted, and tell why",
        &[
            argument("TEXT", Kind::Text, "why it is so"),
            option("--within", "D", Kind::Duration, "measure until the answer is right, for this time at most")
                .akin(&["timeout", "wait"]),
        ],
        &["reveal \"The tombstone has won.\""],
    )
    .never_fails()
    .notes("Fails the run if what the question is about is measured to be something else than its answer.")
    .akin(&["grade", "answer"]),
    row(
        "expect",
        "fail the run if something is not so",
        &[
            argument("METRIC", Kind::Metric, "what to measure").occurs(Occurs::Required),
            argument("OP", Kind::OneOf(Operator::CHOICES), "how it is compared").occurs(Occurs::Required),
            argument("VALUE", Kind::Number(0, u64::MAX), "what it is compared with").occurs(Occurs::Required),
            option("--within", "D", Kind::Duration, "measure until it is so, for this time at most")
                .akin(&["timeout", "wait"]),
        ],
        &["expect lost == 0", "expect hosts.up >= 2 --within 5s", "expect held(alpha) < 10"],
    )
    .never_fails()
    .akin(&["assert", "check", "verify"]),
    row("show", "show where the replicas of a message are", MESSAGE, &["show last"]).akin(&["where", "list"]),
    row("explain", "tell the biography of a message across hosts", MESSAGE, &["explain last"])
        .akin(&["trace", "why", "history"]),
];
