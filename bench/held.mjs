// What holds the figures that are not reached, by row: from profiles of November 2026 (V8's sampling
// profiler through the inspector, the wasm with its names; `perf` for what is outside of JavaScript).
import { PRICES } from "./prices.mjs";

export const HELD = {
  a:
    "Of 140 µs that a claim by itself takes with rows in memory, the floor has 46; SQLite has 25 more for the row " +
    "(its state is updated, whose constraints are checked, and its session is put into an index, which on disk is a " +
    "second page of the log to sync), wasm 35, the client 15, arguments and answer 10, and garbage collection the " +
    "rest. On disk the same `fsync` takes 67 µs after the floor's call and 120 after a claim, whose work leaves the " +
    "processor's caches cold (0.1.2's takes 103, for more pages). An object that did nothing but take these " +
    "arguments, write this row and give this answer would be at 1.8 times the floor. Improved since first measured (3.3 times on disk, 4.6 in memory, and 2.5 and 3.4 with 64 at a " +
    "time): an upsert that checked every constraint twice became an update of the state; a statement's values cross " +
    "into JavaScript as one text; the answer is written without a tree; a configuration is compared where it is; and " +
    "claims that come at once share a commit. What would change more for one at a time: no index on sessions (2.1 on " +
    "disk, measured in November; that they are unique would be the code's word alone), and wasm that V8 has " +
    "optimized: until a function has run some ten thousand times its baseline code runs, for which `-O2` in place of " +
    "`-Oz` did little and cost 38 KiB. Rows with a number for a key, to write neighbours side by side, were slower.",
  b:
    "With nothing else at a time, 45 to 50 µs over 28: wasm has 10 of that, arguments and answer 6, the client's half " +
    "3, and the collector 7 more than with an empty call; the rest is the loop around them. With 16 at a time wasm has " +
    "6. Improved since first measured (2.6 and 1.7): a Worker that asks for the client of the request before gets that, " +
    "and a container's id is made once. A cache of assignments in JavaScript would skip the wasm, and would be a " +
    "second place that knows who has what.",
  c:
    "Two pages of the log to a claim, of the container and of the index on sessions, however many sessions there are. " +
    "Where a page is full, SQLite evens it out with its neighbours, which is three pages more. Sessions that were " +
    "recorded in the order of their names leave full pages behind, and new ones whose names come before theirs all go " +
    "to such a page: so this comes oftener with 100,000 sessions than with 10. Names in no order, as UUIDs are, do so " +
    "as often with 10 as with 100,000. Improved since first measured (1.18): an id is kept as its 32 bytes, half of " +
    "its digits, in the rows and in the index. Without the index it is 0.92 and half the bytes, and a claim is one " +
    "row; but that a session has one container would be the code's word alone, and that is worth a page.",
  e:
    "All containers run on the thread of the pool here, and two calls to each of a thousand take 0.3 to 0.5 ms of it " +
    "together, the containers' half included, which is most of the time of a refresh. One call instead of two would " +
    "need a method that `Container` does not have. Claims made meanwhile wait behind the answers that came before " +
    "them: with 64 containers asked at a time p99 was 14 times that without a refresh, with 4 it is 2 times.",
  g:
    "An alarm is a row, and there is one to a refresh, every 10 s; 0.1.2's refresh of 1,005 containers takes 6 s, so " +
    "that it comes less often, and it writes the assigned ones' looks nowhere. A timer in memory would cost no row, " +
    "and would die with the memory: then a pool whose process was killed would be looked after later than within two " +
    "refreshes. It would also cost more: an object with a timer pending cannot hibernate, and one that cannot is billed " +
    `for all its time, $${PRICES.objectMonth} a month to the $0.30 of these rows. ` +
    "Even an alarm to two refreshes, the fewest that keeps " +
    "that, is 4,320 rows a day to 0.1.2's 5,000. Improved since first measured (3.4): the alarm is armed once to a " +
    "wake-up, and not twice.",
  h:
    "Of some 15 ms that the first request takes beyond 0.1.2's 24, 4 pass before workerd listens. By processor time " +
    "half is V8, which compiles each of the 710 functions that a first claim needs when it first runs, 146 of the " +
    "wasm's 350 KB; an eighth is reading the JavaScript between it and the platform, a fourteenth checking the wasm, " +
    "a twentieth SQLite. The container of the refill, which is made beside the session's, takes 1 ms. Improved since " +
    "first measured (1.70, and 172 KiB): short functions are put into the one that calls them, which leaves 710 of " +
    "930, and the default Worker has a wasm of its own. More of the same (down to 420 functions) made more to compile, " +
    "and was no quicker. What would change it is less code on the way of a claim.",
};
