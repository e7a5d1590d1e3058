//! Identities and chance that an input repeats.

use cf_warm_pool::pool::{ContainerId, ContainerName, Fresh, Identity};

/// Names that are never used twice, and chance that repeats.
#[derive(Default)]
pub struct Names(u64);

impl Fresh for Names {
    fn identity(&mut self) -> Identity {
        self.0 += 1;
        let (mut id, mut name) = ([0; 32], [0; 16]);
        // Ids are not in the order in which they are made.
        id[..8].copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        id[24..].copy_from_slice(&self.0.to_be_bytes());
        name[8..].copy_from_slice(&self.0.to_be_bytes());
        Identity { id: ContainerId(id), name: ContainerName(name) }
    }

    fn random(&mut self) -> u64 {
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}
