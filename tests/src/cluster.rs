//! Hosts that are started by hand, as somebody would who runs a cluster for others.

use serde_json::Value;

use crate::playground::{Playground, wait_for};
use crate::run::{Ran, Running, hydraq};

/// The hosts' names.
const NAMES: [&str; 3] = ["alpha", "bravo", "charlie"];

/// Three hosts that see each other.
#[derive(Debug)]
pub struct Cluster<'a> {
    playground: &'a Playground,
    /// Where each can be asked, in the order alpha, bravo, charlie.
    pub addresses: Vec<String>,
    hosts: Vec<Option<Running<'a>>>,
}

impl<'a> Cluster<'a> {
    /// Starts them.
    ///
    /// # Panics
    /// They do not come up.
    #[must_use]
    pub fn start(playground: &'a Playground) -> Self {
        let mut cluster = Self { playground, addresses: Vec::new(), hosts: Vec::new() };
        for name in NAMES {
            let (host, address) = cluster.host(name, cluster.addresses.first().cloned());
            cluster.addresses.push(address);
            cluster.hosts.push(Some(host));
        }
        cluster.meet();
        cluster
    }

    /// Starts a host; says where it can be asked.
    fn host(&self, name: &str, join: Option<String>) -> (Running<'a>, String) {
        let data = self.playground.path(name).display().to_string();
        let mut arguments = vec!["host", "--listen", "127.0.0.1:0", "--data", &data, "--name", name];
        arguments.extend(join.iter().flat_map(|join| ["--join", join.as_str()]));
        let host = Running::start(self.playground, name, &mut self.playground.hydraq(&arguments));
        let address = wait_for("the ready line", || {
            let line: Value = serde_json::from_str(host.out().lines().next()?).ok()?;
            assert_eq!(line["ready"]["name"], name);
            Some(line["ready"]["address"].as_str()?.to_owned())
        });
        (host, address)
    }

    /// Waits until all hosts see each other.
    fn meet(&self) {
        wait_for("the end of meeting", || self.has_met().then_some(()));
    }

    /// Whether all hosts see each other.
    fn has_met(&self) -> bool {
        self.addresses.iter().all(|address| {
            let asked = hydraq(self.playground, &["hosts", "--to", address, "--format", "json"]);
            let Some(line) = asked.lines().pop() else { return false };
            let hosts = line["result"]["hosts"].as_array().cloned().unwrap_or_default();
            let sees_all = |host: &Value| {
                let live = |link: &&Value| link["live"] == true;
                host["links"].as_array().is_some_and(|links| links.iter().filter(live).count() == 2)
            };
            hosts.len() == 3 && hosts.iter().all(sees_all)
        })
    }

    /// Asks the first host something, for programs; says how that went, and the one line of the answer.
    ///
    /// # Panics
    /// The answer is not one line with the agreed keys.
    #[track_caller]
    pub fn ask(&self, arguments: &[&str]) -> (Ran, Value) {
        self.ask_at(0, arguments)
    }

    #[track_caller]
    fn ask_at(&self, host: usize, arguments: &[&str]) -> (Ran, Value) {
        let mut all = arguments.to_vec();
        all.extend(["--to", &self.addresses[host], "--format", "json"]);
        let ran = hydraq(self.playground, &all);
        let mut lines = ran.lines();
        assert_eq!(lines.len(), 1, "{ran:?}");
        let line = lines.remove(0);
        let keys: Vec<&String> = line.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["command", "ok", "elapsed_ms", "result"]);
        assert_eq!(line["command"], arguments[0]);
        assert_eq!(line["ok"] == true, ran.status == 0, "{ran:?}");
        (ran, line["result"].clone())
    }

    /// Asks what must be done; says the result.
    ///
    /// # Panics
    /// It is not done.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> Value {
        self.done_at(0, arguments)
    }

    /// Asks a certain host what must be done; says the result.
    ///
    /// # Panics
    /// It is not done.
    #[track_caller]
    pub fn done_at(&self, host: usize, arguments: &[&str]) -> Value {
        let (ran, result) = self.ask_at(host, arguments);
        ran.assert_status(0);
        result
    }

    /// Asks what must not be done; says with which status, and the kind of error.
    #[track_caller]
    #[must_use]
    pub fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let (ran, result) = self.ask(arguments);
        (ran.status, result["error"]["kind"].as_str().unwrap_or_default().to_owned())
    }

    /// Kills a host: 0 is alpha.
    pub fn kill(&mut self, host: usize) {
        self.hosts[host] = None;
    }

    /// Starts a host again that was killed, and waits until all see each other.
    pub fn restart(&mut self, host: usize) {
        let another = self.addresses[(host + 1) % NAMES.len()].clone();
        let (running, address) = self.host(NAMES[host], Some(another));
        self.addresses[host] = address;
        self.hosts[host] = Some(running);
        self.meet();
    }
}
