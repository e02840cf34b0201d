//! Which word of a line stands for what: the command, its arguments, its options. Values are not read here.
//!
//! The parser and completion share it, so that what completion offers is what the parser takes.

use std::ops::Range;

use super::diagnostic::{Problem, shown};
use super::lexer::Token;
use super::suggest::{did_you_mean, nearest};
use super::value::Kind;
use super::words::{CommandWord, Parameter, TRY, command_word, commands, family};

/// Help shows the whole usage of a command if it has at most so many bytes.
const USAGE_SHOWN_MAX: usize = 100;

/// A line whose words have found their places.
pub(super) struct Arranged {
    /// Whether `try` stands before the command.
    pub(super) attempt: bool,
    /// The command, once its words are complete and known.
    pub(super) command: Option<&'static CommandWord>,
    /// The bytes of the command's words.
    pub(super) command_span: Range<usize>,
    /// The values, in their order.
    pub(super) given: Vec<Given>,
    /// The option that still waits for its value, and its bytes.
    pub(super) pending: Option<(&'static Parameter, Range<usize>)>,
    /// Whether `--` ended the options.
    pub(super) options_ended: bool,
    /// What found no place.
    pub(super) problems: Vec<Problem>,
}

/// A value that was given for a parameter, not yet read.
pub(super) struct Given {
    pub(super) parameter: &'static Parameter,
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

impl Arranged {
    /// The argument that the next word would be.
    pub(super) fn next_argument(&self) -> Option<&'static Parameter> {
        let given = self.given.iter().filter(|given| !given.parameter.is_option()).count();
        let command = self.command?;
        command.arguments().nth(given).or_else(|| command.arguments().last().filter(|last| last.repeats()))
    }

    /// Whether a parameter was given already.
    pub(super) fn has(&self, parameter: &Parameter) -> bool {
        self.given.iter().any(|given| given.parameter.name == parameter.name)
    }
}

/// Finds the place of every word.
pub(super) fn arrange(tokens: &[Token]) -> Arranged {
    let mut line = Arranged {
        attempt: false,
        command: None,
        command_span: 0..0,
        given: Vec::new(),
        pending: None,
        options_ended: false,
        problems: Vec::new(),
    };
    let mut tokens = tokens;
    if let [first, rest @ ..] = tokens
        && first.text == TRY
    {
        line.attempt = true;
        line.command_span = first.span.clone();
        tokens = rest;
    }
    let rest = line.find_command(tokens);
    if line.command.is_some() {
        for token in rest {
            line.place(token);
        }
    }
    line
}

impl Arranged {
    /// Takes the words of the command, and returns the words after them.
    fn find_command<'a>(&mut self, tokens: &'a [Token]) -> &'a [Token] {
        let Some((first, rest)) = tokens.split_first() else {
            if self.attempt {
                let problem = Problem::new(self.command_span.clone(), "`try` needs a command after it");
                self.problems.push(problem.help("for example `try enqueue --replicas 9`"));
            }
            return &[];
        };
        self.command_span = first.span.clone();
        if self.attempt && first.text == TRY {
            self.problems
                .push(Problem::new(first.span.clone(), "`try` is given twice").help("once is enough"));
            return &[];
        }
        if let Some(found) = command_word(&first.text) {
            self.command = Some(found);
            return rest;
        }
        if family(&first.text).next().is_none() {
            self.problems.push(unknown_command(first));
            return &[];
        }
        let seconds =
            || family(&first.text).filter_map(|command| command.words.split_once(' ')).map(|words| words.1);
        let every = format!("there are {}", seconds().collect::<Vec<_>>().join(", "));
        let Some((second, rest)) = rest.split_first() else {
            let message = format!("`{}` needs to know what to do", first.text);
            self.problems.push(Problem::new(first.span.clone(), message).help(every));
            return &[];
        };
        self.command_span = first.span.start..second.span.end;
        self.command = command_word(&format!("{} {}", first.text, second.text));
        if self.command.is_none() {
            let akin = family(&first.text).find(|command| command.akin.contains(&second.text.as_str()));
            let meant = akin.and_then(|command| command.words.split_once(' ')).map(|(_, word)| word);
            let message = format!("`{}` cannot {}", first.text, shown(&second.text));
            let near = did_you_mean(meant.unwrap_or(&second.text), seconds());
            self.problems.push(Problem::new(second.span.clone(), message).help(every).help_if(near));
        }
        rest
    }

    /// Finds the place of one word after the command.
    fn place(&mut self, token: &Token) {
        let dashed = !self.options_ended && !token.quoted && looks_like_option(&token.text);
        if let Some((parameter, span)) = self.pending.take() {
            if !dashed || !token.text.starts_with("--") {
                return self.add(parameter, token.text.clone(), token.span.clone());
            }
            self.problems.push(missing_value(parameter, span));
        }
        if !dashed {
            return self.place_argument(token);
        }
        if token.text == "--" {
            self.options_ended = true;
            return;
        }
        let (name, value) = match token.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (token.text.as_str(), None),
        };
        let Some(parameter) =
            self.command.and_then(|command| command.options().find(|option| option.name == name))
        else {
            return self.unknown_option(token, name, value.is_some());
        };
        let name_span = token.span.start..token.span.start + name.len();
        match (parameter.placeholder.is_empty(), value) {
            (true, None) => self.add(parameter, String::new(), token.span.clone()),
            (true, Some(_)) => {
                self.problems.push(Problem::new(token.span.clone(), format!("{name} takes no value")));
            }
            (false, Some(value)) => {
                let span = (name_span.end + 1).min(token.span.end)..token.span.end;
                self.add(parameter, value.into(), span);
            }
            (false, None) => self.pending = Some((parameter, name_span)),
        }
    }

    fn place_argument(&mut self, token: &Token) {
        let next = self.next_argument();
        let Some(command) = self.command else { return };
        match next {
            Some(argument) => self.add(argument, token.text.clone(), token.span.clone()),
            None if self.problems.is_empty() => {
                let message = format!("{} is one too many for `{}`", shown(&token.text), command.words);
                let takes_text = command.arguments().any(|argument| argument.kind == Kind::Text);
                let help = match (takes_text, command.usage(), command.examples) {
                    (true, ..) => "put the whole text in quotes: \"...\"".into(),
                    (false, usage, [example, ..]) if usage.len() > USAGE_SHOWN_MAX => {
                        format!("for example `{example}`")
                    }
                    (false, usage, _) => format!("write `{usage}`"),
                };
                self.problems.push(Problem::new(token.span.clone(), message).help(help));
            }
            None => {}
        }
    }

    fn add(&mut self, parameter: &'static Parameter, text: String, span: Range<usize>) {
        if self.has(parameter) && !parameter.repeats() {
            let message = format!("{} is given twice", parameter.name);
            self.problems.push(Problem::new(span, message));
        } else {
            self.given.push(Given { parameter, text, span });
        }
    }

    /// Says that there is no such option. If it is clear which one is meant, its value is passed over.
    fn unknown_option(&mut self, token: &Token, name: &str, has_value: bool) {
        let Some(command) = self.command else { return };
        let span = token.span.start..token.span.start + name.len().min(token.span.len());
        let problem =
            Problem::new(span.clone(), format!("`{}` has no option {}", command.words, shown(name)));
        let bare = name.trim_start_matches(['-', '–', '—']);
        let options = || command.options().map(|option| option.name);
        let akin = command.options().find(|option| option.akin.contains(&bare)).map(|option| option.name);
        let meant = akin.or_else(|| nearest(&format!("--{bare}"), options()));
        let all = match options().collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "it has no options".to_owned(),
            all => format!("its options are {all}"),
        };
        self.problems.push(problem.help(all).help_if(meant.map(|meant| format!("did you mean `{meant}`?"))));
        let parameter = command.options().find(|option| Some(option.name) == meant);
        self.pending = parameter
            .filter(|option| !has_value && !option.placeholder.is_empty())
            .map(|option| (option, span));
    }
}

/// A hyphen (or the long dash that some editors make of two) before a letter, or two hyphens.
fn looks_like_option(text: &str) -> bool {
    let rest = text.trim_start_matches(['-', '–', '—']);
    text.starts_with("--") || (rest.len() < text.len() && rest.starts_with(|c: char| c.is_alphabetic()))
}

fn unknown_command(token: &Token) -> Problem {
    let word = token.text.as_str();
    if word.is_empty() {
        return Problem::new(token.span.clone(), "a line must begin with a command, not with empty quotes");
    }
    let akin = commands().find(|command| !command.words.contains(' ') && command.akin.contains(&word));
    let first_words = commands().filter_map(|command| command.words.split(' ').next()).chain([TRY]);
    let near = akin.map(|command| command.words).or_else(|| nearest(word, first_words));
    Problem::new(token.span.clone(), format!("there is no command {}", shown(word)))
        .help("`hydraq help scenario` lists the commands")
        .help_if(near.map(|near| format!("did you mean `{near}`?")))
}

/// Says that the value of an option is missing.
pub(super) fn missing_value(parameter: &Parameter, span: Range<usize>) -> Problem {
    Problem::new(span, format!("{} needs a value", parameter.name)).help(format!(
        "write `{}`: {}",
        parameter.usage(),
        parameter.kind.description()
    ))
}
