//! The command language, as far as a demo needs it.

use hydraq_cluster::observe::{
    Change, CommandOutcome, DrawPicture, EventKind, HostNumber, HostState, LinkState, words,
};

use super::Demo;

/// The most messages that are kept; older ones are only counted.
const MESSAGES_MAX: usize = 2_000;

impl Demo {
    /// Carries a command line out; the next update tells how it ended.
    pub(super) fn run(&mut self, line: &str) {
        let typed: Vec<String> = split(line);
        let arguments: Vec<&str> = typed.iter().map(String::as_str).collect();
        let result = match arguments.as_slice() {
            ["enqueue", options @ ..] => self.enqueue(options),
            ["dequeue", options @ ..] => self.dequeue(options),
            ["delete", rest @ ..] => self.delete(rest),
            ["release"] => self.release(),
            ["spawn", ..] => Ok(format!("{} is up", self.spawn())),
            ["explain" | "show", ..] => self.explain_last(),
            ["object", "create", ..] => self.create_object(),
            ["cut" | "heal" | "delay" | "drop", ..] => self.link_command(&arguments),
            [verb, hosts @ ..] if !hosts.is_empty() => self.on_hosts(verb, hosts),
            _ => Err("the demo does not know this command".to_owned()),
        };
        let (ok, words) = match result {
            Ok(words) => (true, words),
            Err(words) => (false, words),
        };
        self.pending.push(Change::Outcome(CommandOutcome { line: line.to_owned(), ok, words }));
    }

    fn enqueue(&mut self, options: &[&str]) -> Result<String, String> {
        let count: u64 = options.first().and_then(|first| first.parse().ok()).unwrap_or(1);
        let option =
            |name: &str| options.iter().position(|word| *word == name).and_then(|at| options.get(at + 1));
        let message_type = (*option("--type").unwrap_or(&"default")).to_owned();
        let body = (*option("--body").unwrap_or(&"message {n}")).to_owned();
        let replicas: u8 = option("--replicas")
            .map_or(Ok(2), |text| text.parse())
            .map_err(|_| "replicas must be 1 to 255")?;
        let up = self.hosts.iter().filter(|host| host.state.is_up() && !host.full).count();
        if usize::from(replicas) > up {
            return Err(format!("replicas is {replicas}, but only {up} hosts can take a copy"));
        }
        let mut last = None;
        for _ in 0..count.min(100_000) {
            let message = self.make_message(&message_type, &body, replicas);
            last = Some(message.id);
            self.messages.push_front(message);
        }
        self.badges.acknowledged += count;
        while self.messages.len() > MESSAGES_MAX {
            self.messages.pop_back();
            self.older += 1;
        }
        let words = format!(
            "enqueues {} of {message_type}, {replicas} copies each",
            words::counted(count, "message")
        );
        self.event(None, EventKind::Enqueued, last.filter(|_| count == 1), words, Some(1_100));
        Ok(format!("{} acknowledged", words::count(count)))
    }

    fn dequeue(&mut self, options: &[&str]) -> Result<String, String> {
        let count: usize = options.first().and_then(|first| first.parse().ok()).unwrap_or(1);
        let named = options.iter().position(|word| *word == "--type").and_then(|at| options.get(at + 1));
        self.taken.clear();
        for place in (0..self.messages.len()).rev() {
            let message = &self.messages[place];
            let fits = named.is_none_or(|name| *name == message.message_type);
            let Some(owner) =
                self.owner(message).filter(|_| fits && !message.deleted && message.lease.is_none())
            else {
                continue;
            };
            if self.taken.len() == count {
                break;
            }
            let until_ms = self.now_ms + 30_000;
            let message = &mut self.messages[place];
            message.lease = Some((owner, until_ms));
            message.deliveries += 1;
            self.badges.duplicates += u64::from(message.deliveries > 1);
            self.badges.explained += u64::from(message.deliveries > 1);
            self.taken.push(message.id);
        }
        let got = self.taken.len() as u64;
        let message = self.taken.first().copied().filter(|_| got == 1);
        self.event(
            None,
            EventKind::Leased,
            message,
            format!("dequeue {}, leased 30 s", words::counted(got, "message")),
            Some(800),
        );
        Ok(words::counted(got, "message"))
    }

    fn delete(&mut self, named: &[&str]) -> Result<String, String> {
        let wanted: Vec<_> = match named.first().and_then(|id| id.parse().ok()) {
            Some(id) => vec![id],
            None => std::mem::take(&mut self.taken),
        };
        let mut deleted = 0_u64;
        for message in
            self.messages.iter_mut().filter(|message| wanted.contains(&message.id) && !message.deleted)
        {
            (message.deleted, message.lease, message.copying) = (true, None, None);
            deleted += 1;
        }
        if deleted == 0 {
            return Err("nothing to delete: dequeue something first".to_owned());
        }
        let words = format!("delete {}, tombstones on all holders", words::counted(deleted, "message"));
        self.event(
            None,
            EventKind::Deleted,
            wanted.first().copied().filter(|_| deleted == 1),
            words,
            Some(600),
        );
        Ok(words::counted(deleted, "message"))
    }

    fn release(&mut self) -> Result<String, String> {
        for message in self.messages.iter_mut().filter(|message| self.taken.contains(&message.id)) {
            message.lease = None;
        }
        Ok(words::counted(std::mem::take(&mut self.taken).len() as u64, "message"))
    }

    fn explain_last(&mut self) -> Result<String, String> {
        let last = self.messages.front().ok_or("there is no message yet")?;
        self.explained = Some(last.id);
        Ok(String::new())
    }

    fn create_object(&mut self) -> Result<String, String> {
        let weights: Vec<(HostNumber, u32)> = self
            .hosts
            .iter()
            .filter(|host| host.state.is_up())
            .map(|host| (host.number, if host.full { 10 } else { 100 }))
            .collect();
        let all: u32 = weights.iter().map(|(_, weight)| weight).sum();
        let number = u32::try_from(self.random.below(u64::from(all))).unwrap_or(0);
        let mut sum = 0;
        let chosen = weights.iter().find(|(_, weight)| {
            sum += weight;
            number < sum
        });
        let chosen = chosen.ok_or("no store is available")?.0;
        self.objects[usize::from(chosen.0) - 1] += 1;
        let object = format!(
            "{:06x}-{:04x}",
            (u64::from(chosen.0) * 0x9e_3779) & 0xff_ffff,
            self.random.below(0xffff)
        );
        let draw = DrawPicture { at_ms: self.now_ms, number, weights, chosen, object: object.clone() };
        self.draws.push(draw.clone());
        self.pending.push(Change::Draw(draw));
        Ok(object)
    }

    fn find_host(&self, name: &str) -> Result<HostNumber, String> {
        let found = self.hosts.iter().find(|host| host.name == name || host.number.to_string() == name);
        found.map(|host| host.number).ok_or_else(|| format!("no host is called {name}"))
    }

    fn link_command(&mut self, arguments: &[&str]) -> Result<String, String> {
        let [verb, from, to, rest @ ..] = arguments else {
            self.links.retain(|link| link.state == LinkState::Suspected);
            self.event(None, EventKind::Healed, None, "heal all links", None);
            return Ok("all links".to_owned());
        };
        let (a, b) = (self.find_host(from)?, self.find_host(to)?);
        let state = match *verb {
            "cut" => LinkState::Cut,
            "delay" => LinkState::Delayed { by_ms: 200 },
            "drop" => LinkState::Lossy { percent: 30 },
            _ => LinkState::Up,
        };
        self.set_link(a, b, state);
        if !rest.contains(&"--one-way") {
            self.set_link(b, a, state);
        }
        let kind = if state == LinkState::Up { EventKind::Healed } else { EventKind::Link };
        self.event(None, kind, None, format!("{verb} the link between {from} and {to}"), None);
        Ok(String::new())
    }

    fn on_hosts(&mut self, verb: &str, names: &[&str]) -> Result<String, String> {
        for name in names.iter().filter(|name| !name.starts_with("--")) {
            let host = self.find_host(name)?;
            match verb {
                "kill" => self.kill(host),
                "wipe" => {
                    self.kill(host);
                    self.messages
                        .iter_mut()
                        .for_each(|message| message.holders.retain(|holder| *holder != host));
                }
                "restart" | "resume" => {
                    self.set_state(host, HostState::Up);
                    self.event(
                        Some(host),
                        EventKind::Started,
                        None,
                        "is back and synchronised",
                        Some(180_000),
                    );
                }
                "pause" => {
                    self.set_state(host, HostState::Paused);
                    self.event(Some(host), EventKind::Paused, None, "paused by you (SIGSTOP)", None);
                }
                "leave" => self.set_state(host, HostState::Leaving),
                "fill" | "free" => {
                    self.hosts[usize::from(host.0) - 1].full = verb == "fill";
                    let words = if verb == "fill" { "its disk is full" } else { "its disk has room again" };
                    self.event(Some(host), EventKind::Disk, None, words, None);
                }
                "corrupt" => {
                    let words = "finds a damaged copy, sets it aside and fetches it anew";
                    self.event(Some(host), EventKind::Disk, None, words, None);
                }
                _ => return Err("the demo does not know this command".to_owned()),
            }
        }
        Ok(String::new())
    }
}

/// Words of a line; quotes keep them together.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            _ if character.is_whitespace() && !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}
