//! Fuzzes the oracle of the same name.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cf_warm_pool_fuzz::usage::check(data));
