//! What a container costs while it waits: the one place that knows prices.
//!
//! Memory and disk are billed as provisioned from a container's start to its
//! end; CPU is billed for what is used, and a container that waits uses next to
//! none. What a plan includes is not subtracted, and neither are the Durable
//! Objects: an estimate, on the high side for who is below what the plan includes.
//!
//! Prices from <https://developers.cloudflare.com/containers/pricing/>, sizes from
//! <https://developers.cloudflare.com/containers/platform-details/limits/>.

/// When they were looked up.
pub const PRICES_OF: &str = "2026-11-22";

/// $0.0000025 a second to a GiB of memory, in billionths of a dollar.
const MEMORY_NANO_USD: u64 = 2_500;

/// $0.00000007 a second to a GB of disk, in billionths of a dollar.
const DISK_NANO_USD: u64 = 70;

/// How large a container is, by the name that `instance_type` has for it.
#[derive(Debug, PartialEq, Eq)]
pub struct InstanceType {
    /// The name.
    pub name: &'static str,
    /// Memory, MiB.
    pub memory_mib: u64,
    /// Disk, GB.
    pub disk_gb: u64,
    /// CPU, sixteenths of one.
    pub vcpu_sixteenths: u64,
}

/// All there are; the first is what `wrangler` takes where none is named.
pub const INSTANCE_TYPES: [InstanceType; 6] = [
    InstanceType { name: "lite", memory_mib: 256, disk_gb: 2, vcpu_sixteenths: 1 },
    InstanceType { name: "basic", memory_mib: 1_024, disk_gb: 4, vcpu_sixteenths: 4 },
    InstanceType { name: "standard-1", memory_mib: 4_096, disk_gb: 8, vcpu_sixteenths: 8 },
    InstanceType { name: "standard-2", memory_mib: 6_144, disk_gb: 12, vcpu_sixteenths: 16 },
    InstanceType { name: "standard-3", memory_mib: 8_192, disk_gb: 16, vcpu_sixteenths: 32 },
    InstanceType { name: "standard-4", memory_mib: 12_288, disk_gb: 20, vcpu_sixteenths: 64 },
];

impl InstanceType {
    /// The instance type of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<&'static Self> {
        INSTANCE_TYPES.iter().find(|instance| instance.name == name)
    }

    /// What so many milliseconds of waiting cost, in millionths of a dollar,
    /// rounded down. Of several containers their times are added up.
    ///
    /// ```
    /// use cf_warm_pool::prices::InstanceType;
    /// let thirty_days_ms = 30 * 24 * 3_600_000;
    /// let lite = InstanceType::parse("lite").unwrap();
    /// assert_eq!(lite.idle_micro_usd(thirty_days_ms), 1_982_880);
    /// ```
    #[must_use]
    pub fn idle_micro_usd(&self, idle_ms: u64) -> u64 {
        let nano_usd_a_second = self.memory_mib * MEMORY_NANO_USD / 1_024 + self.disk_gb * DISK_NANO_USD;
        // By whole seconds first: ms times the price may be past what fits.
        let (seconds, ms) = (idle_ms / 1_000, idle_ms % 1_000);
        let nano_usd =
            seconds.saturating_mul(nano_usd_a_second).saturating_add(ms * nano_usd_a_second / 1_000);
        nano_usd / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THIRTY_DAYS_MS: u64 = 30 * 24 * 3_600_000;

    #[test]
    fn a_container_that_waits_for_thirty_days_costs_what_the_price_page_adds_up_to() {
        let table = [
            ("lite", 1_982_880),
            ("basic", 7_205_760),
            ("standard-1", 27_371_520),
            ("standard-2", 41_057_280),
            ("standard-3", 54_743_040),
            ("standard-4", 81_388_800),
        ];
        assert_eq!(table.map(|(name, _)| name), INSTANCE_TYPES.map(|instance| instance.name));
        for (name, expected) in table {
            assert_eq!(InstanceType::parse(name).unwrap().idle_micro_usd(THIRTY_DAYS_MS), expected, "{name}");
        }
    }

    #[test]
    fn a_short_wait_is_not_lost_to_rounding() {
        let lite = &INSTANCE_TYPES[0];
        assert_eq!(lite.idle_micro_usd(1_307), 0);
        assert_eq!(lite.idle_micro_usd(1_308), 1);
        assert_eq!(lite.idle_micro_usd(1_000_999), 765);
    }

    #[test]
    fn the_longest_time_that_is_recorded_does_not_overflow() {
        assert!(INSTANCE_TYPES[5].idle_micro_usd((1 << 53) - 1) > 0);
        let most = INSTANCE_TYPES[5].idle_micro_usd(u64::MAX - 1);
        assert!(most >= INSTANCE_TYPES[5].idle_micro_usd((1 << 53) - 1));
    }

    #[test]
    fn a_name_is_exact() {
        for name in ["", "Lite", "standard", "standard-5", "lite "] {
            assert_eq!(InstanceType::parse(name), None, "{name}");
        }
    }
}
