#!/bin/sh
# RUSTC_WORKSPACE_WRAPPER of builds with planted bugs (src/pool/planted.rs). RUSTFLAGS would compile
# every dependency a second time, SQLite included.
exec "$@" --cfg planted
