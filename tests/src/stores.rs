//! Hosts with data stores that are killed and started again, and what is asked of them.

use serde_json::Value;

use crate::playground::{Playground, wait_for};
use crate::run::{Running, hydraq};

/// The hosts' names; their data is kept in folders called so.
pub const NAMES: [&str; 5] = ["alpha", "bravo", "charlie", "delta", "echo"];

/// Hosts that are killed and started again at their old addresses.
#[derive(Debug)]
pub struct Stores<'a> {
    playground: &'a Playground,
    /// Where each can be asked, in the order of their names.
    pub addresses: Vec<String>,
    hosts: Vec<Option<Running<'a>>>,
}

impl<'a> Stores<'a> {
    /// Starts `count` hosts that know each other's stores.
    ///
    /// # Panics
    /// They do not come up.
    #[must_use]
    pub fn start(playground: &'a Playground, count: usize) -> Self {
        let mut stores = Stores { playground, addresses: Vec::new(), hosts: Vec::new() };
        for host in 0..count {
            stores.addresses.push("http://127.0.0.1:0".into());
            stores.hosts.push(None);
            stores.start_host(host);
        }
        for host in 0..count {
            stores.wait_until_available(host);
        }
        stores
    }

    /// Starts a host, and waits until it serves.
    ///
    /// # Panics
    /// It does not come up.
    pub fn start_host(&mut self, host: usize) {
        let (name, data) = (NAMES[host], self.playground.path(NAMES[host]).display().to_string());
        let listen = self.addresses[host].trim_start_matches("http://").to_owned();
        let mut arguments = vec!["host", "--listen", &listen, "--data", &data, "--name", name];
        let others = (0..self.hosts.len()).filter(|other| self.hosts[*other].is_some());
        let other = others.map(|other| self.addresses[other].clone()).next();
        arguments.extend(other.iter().flat_map(|other| ["--join", other.as_str()]));
        let running = Running::start(self.playground, name, &mut self.playground.hydraq(&arguments));
        let address = wait_for("the ready line", || {
            let line: Value = serde_json::from_str(running.out().lines().next()?).ok()?;
            Some(line["ready"]["address"].as_str()?.to_owned())
        });
        self.addresses[host] = address;
        self.hosts[host] = Some(running);
    }

    /// Kills a host.
    pub fn kill(&mut self, host: usize) {
        self.hosts[host] = None;
    }

    /// Waits until all hosts that live count a store as available.
    ///
    /// # Panics
    /// They do not.
    pub fn wait_until_available(&self, host: usize) {
        wait_for("a store that all know of", || {
            let lives = |other: &usize| self.hosts[*other].is_some();
            let knows = |other: usize| {
                let answer = self.ask_at(other, &["object", "stores"]);
                let stores = answer["result"]["stores"].as_array().cloned().unwrap_or_default();
                stores.iter().any(|store| store["host"] == NAMES[host] && store["available"] == true)
            };
            (0..self.hosts.len()).filter(lives).all(knows).then_some(())
        });
    }

    /// Asks one host.
    #[must_use]
    pub fn ask_at(&self, host: usize, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--to", &self.addresses[host], "--format", "json"]);
        hydraq(self.playground, &all).lines().pop().unwrap_or_default()
    }

    /// Asks any host that lives.
    #[must_use]
    pub fn ask(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        for (address, host) in self.addresses.iter().zip(&self.hosts) {
            if host.is_some() {
                all.extend(["--to", address]);
            }
        }
        all.extend(["--format", "json"]);
        hydraq(self.playground, &all).lines().pop().unwrap_or_default()
    }

    /// Creates objects, all of which must be acknowledged; says the id and the store of each.
    ///
    /// # Panics
    /// One was not.
    pub fn create(&self, count: u32) -> Vec<(String, String)> {
        let count = count.to_string();
        let answer = self.ask(&["object", "create", "order", "--count", &count, "--attribute", "number={n}"]);
        ids_and_stores(&answer)
    }

    /// What is on the disk of a host that is down: a checker reads the store file itself, and finds nothing wrong.
    ///
    /// # Panics
    /// It does.
    #[must_use]
    pub fn check(&self, host: usize) -> Value {
        let folder = self.playground.path(NAMES[host]).display().to_string();
        let checked = hydraq(self.playground, &["object", "check", &folder, "--format", "json"]);
        checked.assert_status(0);
        checked.lines().remove(0)
    }
}

/// A text.
///
/// # Panics
/// It is none.
#[must_use]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

/// The kind of an answer's error, and its words.
///
/// # Panics
/// It has none.
#[must_use]
pub fn kind_of_error(answer: &Value) -> (String, String) {
    (text(&answer["result"]["error"]["kind"]), text(&answer["result"]["error"]["message"]))
}

/// The id and the store of each object of an answer, none of which may have failed.
///
/// # Panics
/// One has.
#[must_use]
pub fn ids_and_stores(answer: &Value) -> Vec<(String, String)> {
    assert_eq!(answer["ok"], true, "{answer}");
    let objects = answer["result"]["objects"].as_array().expect("objects");
    objects.iter().map(|object| (text(&object["id"]), text(&object["store"]))).collect()
}
