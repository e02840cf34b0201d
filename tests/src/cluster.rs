//! Hosts that are started by hand, as somebody would who runs a cluster for others.

use serde_json::Value;

use crate::playground::{Playground, wait_for};
use crate::run::{Ran, Running, hydraq};

/// Three hosts that see each other.
#[derive(Debug)]
pub struct Cluster<'a> {
    playground: &'a Playground,
    /// Where each can be asked, in the order alpha, bravo, charlie.
    pub addresses: Vec<String>,
    hosts: Vec<Running<'a>>,
}

impl<'a> Cluster<'a> {
    /// Starts them.
    ///
    /// # Panics
    /// They do not come up.
    #[must_use]
    pub fn start(playground: &'a Playground) -> Self {
        let mut cluster = Self { playground, addresses: Vec::new(), hosts: Vec::new() };
        for name in ["alpha", "bravo", "charlie"] {
            let data = playground.path(name).display().to_string();
            let mut arguments = vec!["host", "--listen", "127.0.0.1:0", "--data", &data, "--name", name];
            let first = cluster.addresses.first().cloned();
            arguments.extend(first.iter().flat_map(|first| ["--join", first.as_str()]));
            let host = Running::start(playground, name, &mut playground.hydraq(&arguments));
            let address = wait_for("the ready line", || {
                let line: Value = serde_json::from_str(host.out().lines().next()?).ok()?;
                assert_eq!(line["ready"]["name"], name);
                Some(line["ready"]["address"].as_str()?.to_owned())
            });
            cluster.addresses.push(address);
            cluster.hosts.push(host);
        }
        wait_for("the end of meeting", || cluster.has_met().then_some(()));
        cluster
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
        let mut all = arguments.to_vec();
        all.extend(["--to", &self.addresses[0], "--format", "json"]);
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
        let (ran, result) = self.ask(arguments);
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
        self.hosts.remove(host);
    }
}
