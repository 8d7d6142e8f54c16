//! What a server was asked.

use serde_json::{Value, json};
use tokio::sync::watch;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) verb: String,
    pub(super) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The method of the message, or the verb of a request without one.
    pub(crate) fn what(&self) -> &str {
        self.body["method"].as_str().unwrap_or(&self.verb)
    }

    /// The tool that is called.
    pub(crate) fn tool(&self) -> &str {
        self.body["params"]["name"].as_str().unwrap_or_default()
    }

    /// A successful answer to this request.
    pub(crate) fn result(&self, result: Value) -> Value {
        let mut answer = json!({ "jsonrpc": "2.0", "id": self.body["id"] });
        answer["result"] = result;
        answer
    }

    /// What a tool answers that has nothing but a text to say.
    pub(crate) fn text(&self, text: &str) -> Value {
        self.result(json!({ "content": [{ "type": "text", "text": text }] }))
    }

    pub(crate) fn error(&self, code: i64) -> Value {
        json!({ "jsonrpc": "2.0", "id": self.body["id"], "error": { "code": code, "message": "no" } })
    }
}

/// All requests, in order.
#[derive(Debug)]
pub(crate) struct Log(watch::Sender<Vec<Seen>>);

impl Default for Log {
    fn default() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }
}

impl Log {
    pub(super) fn push(&self, seen: Seen) {
        self.0.send_modify(|all| all.push(seen));
    }

    pub(super) fn all(&self) -> Vec<Seen> {
        self.0.borrow().clone()
    }

    /// Waits until that was asked `times` times, and gives the last of them.
    pub(super) async fn until(&self, what: &str, times: usize) -> Seen {
        let nth = |seen: &[Seen]| {
            let mut found = seen.iter().filter(|one| one.what() == what);
            found.nth(times - 1).cloned()
        };
        let mut seen = self.0.subscribe();
        let found = seen.wait_for(|seen| nth(seen).is_some()).await.unwrap();
        nth(&found).unwrap()
    }
}
