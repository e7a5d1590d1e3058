//! One container as it really is, whatever anyone thinks of it.

use cf_warm_pool::pool::{ContainerId, ContainerName, Identity};

use super::chance::Chance;
use super::happening::{Call, Number, SessionNo};

#[derive(Debug)]
pub struct Machine {
    pub id: ContainerId,
    /// Whether an instance runs, and is billed.
    pub running: bool,
    /// Whether its ports answer.
    pub ready: bool,
    /// Instances it has had.
    pub boot: u32,
    /// What `getState` says.
    pub stored: &'static str,
    /// Starts that wait for an instance.
    pub booting: u32,
    /// Counts the destroys that ended such starts.
    pub cancelled: u32,
    /// Starts that wait for ports.
    pub waiters: Vec<Call>,
    /// When somebody last used or renewed it.
    pub used_at_ms: u64,
    /// Until then it answers at its health path with 503.
    pub unready_until_ms: u64,
    /// Until then it uses more than it may.
    pub hot_until_ms: u64,
    /// Who wrote what lies in its file system.
    pub files_of: Option<SessionNo>,
    requests: Vec<Request>,
}

/// One request that takes its time.
#[derive(Clone, Copy, Debug)]
struct Request {
    began_at_ms: u64,
    ends_at_ms: u64,
}

impl Machine {
    pub fn new(id: ContainerId) -> Self {
        Self {
            id,
            running: false,
            ready: false,
            boot: 0,
            stored: "stopped",
            booting: 0,
            cancelled: 0,
            waiters: Vec::new(),
            used_at_ms: 0,
            unready_until_ms: 0,
            hot_until_ms: 0,
            files_of: None,
            requests: Vec::new(),
        }
    }

    /// A request begins, and leaves files behind. Says whose it found.
    pub fn request(&mut self, session: SessionNo, now_ms: u64, takes_ms: u64) -> Option<SessionNo> {
        let ends_at_ms = now_ms + takes_ms;
        self.used_at_ms = self.used_at_ms.max(ends_at_ms);
        self.requests.retain(|request| request.ends_at_ms > now_ms);
        if takes_ms > 0 {
            self.requests.push(Request { began_at_ms: now_ms, ends_at_ms });
        }
        self.files_of.replace(session)
    }

    /// Requests under way that began before then.
    pub fn under_way(&self, now_ms: u64, began_before_ms: u64) -> usize {
        let under_way =
            |request: &&Request| request.ends_at_ms > now_ms && request.began_at_ms < began_before_ms;
        self.requests.iter().filter(under_way).count()
    }

    /// The instance is gone, and its requests with it.
    pub fn drop_requests(&mut self) {
        self.requests.clear();
    }

    /// Nothing is left of who used it, nor of what they had under way.
    pub fn wipe(&mut self) {
        self.requests.clear();
        self.files_of = None;
    }
}

/// The identity of the machine of that number. Ids are in no order, as the
/// platform's are not; the number is at the end.
pub fn identity(number: Number, chance: &mut Chance) -> Identity {
    let (mut id, mut name) = ([0; 32], [0; 16]);
    id[..8].copy_from_slice(&chance.next().to_be_bytes());
    id[24..].copy_from_slice(&(number as u64).to_be_bytes());
    name[..8].copy_from_slice(&chance.next().to_be_bytes());
    name[8..].copy_from_slice(&(number as u64).to_be_bytes());
    Identity { id: ContainerId(id), name: ContainerName(name) }
}

pub fn number_of(id: ContainerId) -> Number {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&id.0[24..]);
    u64::from_be_bytes(bytes) as usize
}
