//! One container as it really is, whatever anyone thinks of it.

use cf_warm_pool::pool::{ContainerId, ContainerName, Identity};

use super::chance::Chance;
use super::happening::{Call, Number};

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
        }
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
