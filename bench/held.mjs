// What holds the figures that are not reached, by row: from profiles of November 2026 (V8's sampling
// profiler through the inspector, the wasm with its names; `perf` for what is outside of JavaScript).
export const HELD = {
  a:
    "Of 140 µs that a claim by itself takes with rows in memory, the floor has 46; SQLite has 25 more for the row " +
    "(its state is updated, whose constraints are checked, and its session is put into an index, which on disk is a " +
    "second page of the log to sync), wasm 35, the client 15, arguments and answer 10, and garbage collection the " +
    "rest. Improved since first measured (3.3 times on disk, 4.6 in memory, and 2.5 and 3.4 with 64 at a time): an " +
    "upsert that checked every constraint twice became an update of the state; a statement's values cross into " +
    "JavaScript as one text; the answer is written without a tree; a configuration is compared where it is; and " +
    "claims that come at once share a commit. What would change more for one at a time: no index on sessions (that " +
    "they are unique would be the code's word alone), and wasm that V8 has optimized: until a function has run some " +
    "ten thousand times its baseline code runs, for which `-O2` in place of `-Oz` did little and cost 38 KiB. Rows " +
    "with a number for a key, to write neighbours side by side, were slower.",
  b:
    "Beyond the call there is the same without the row: wasm, the client, arguments and answer, each as large as the " +
    "other. A cache of assignments in JavaScript would skip the wasm, and would be a second place that knows " +
    "who has what.",
  c:
    "Two pages of the log to a claim, however many sessions there are, and their copies into the database, which are " +
    "fewer where many claims change the same page.",
  e:
    "All containers run on the thread of the pool here, and two calls to each of a thousand take 0.3 to 0.5 ms of it " +
    "together, the containers' half included: 64 are asked at a time, and it is busy all the while. Claims made " +
    "meanwhile wait behind those 64. Fewer at a time would make the one figure better and the other worse; on " +
    "the platform containers have threads of their own. One call instead of two would need a method that " +
    "`Container` does not have.",
  g:
    "An alarm is a row, and there is one to a refresh, every 10 s; 0.1.2's refresh of 1,005 containers takes 6 s, so " +
    "that it comes less often, and it writes the assigned ones' looks nowhere. A timer in memory would cost nothing, " +
    "and would die with the memory: then a pool whose process was killed would be looked after later than within two " +
    "refreshes. Improved since first measured (3.4): the alarm is armed once to a wake-up, and not twice.",
  h:
    "Of what the first request takes beyond 0.1.2's, two fifths are the wasm, which is compiled before workerd " +
    "listens; a quarter is the container of the refill, which is made beside the session's on the same thread, where " +
    "0.1.2 makes it at its next refresh; the rest is the claim in code that runs for the first time. Rows and tables " +
    "are no part of it: asking a new pool for a session it does not have takes less than the one-row RPC's first " +
    "request. Improved since first measured (172 KiB): the default Worker has a wasm of its own.",
};
