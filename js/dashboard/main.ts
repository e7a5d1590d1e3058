/** The page: asks for the key, then for the figures, and shows them. */
import { Api, WrongKey, type Figures } from "./api.ts";
import { part, setText } from "./dom.ts";
import { count, moment, percent } from "./format.ts";
import { Key } from "./key.ts";
import { Pool } from "./pool.ts";
import { Polling, type News } from "./polling.ts";

const list = part("pools", HTMLElement);
const totals = part("totals", HTMLElement);
const news = part("news", HTMLElement);
const connection = part("connection", HTMLElement);
const retry = part("retry", HTMLButtonElement);
const pools = new Map<string, Pool>();

let api: Api | undefined;
let entered = "";
let shownAtMs: number | undefined;

const key = new Key(open, () => close());
const polling = new Polling<Figures>(ask, hear);
retry.addEventListener("click", () => polling.now());

const kept = key.kept;
if (kept === null) close();
else open(kept);

function open(given: string): void {
  entered = given;
  try {
    api = new Api(given);
  } catch (error) {
    refuse(error);
    return;
  }
  tell("waiting", "Asking…");
  polling.start();
}

function refuse(error: unknown): void {
  close(`Refused: ${messageOf(error)}`);
}

/** Shows nothing more, and asks for a key. */
function close(problem?: string): void {
  polling.stop();
  api = undefined;
  shownAtMs = undefined;
  for (const pool of pools.values()) pool.remove();
  pools.clear();
  setText(totals, "");
  tell("", "");
  key.ask(problem);
}

async function ask(): Promise<Figures> {
  if (!api) throw new Error("there is no key");
  return api.figures();
}

function hear(heard: News<Figures>): void {
  switch (heard.kind) {
    case "answer":
      key.accept(entered);
      shownAtMs = Date.now();
      tell("live", "Live");
      show(heard.answer);
      break;
    case "paused":
      tell("waiting", "Paused");
      break;
    case "failed":
      if (heard.error instanceof WrongKey) refuse(heard.error);
      else tell("bad", trouble(heard.error, heard.retryMs));
  }
}

function trouble(error: unknown, retryMs: number): string {
  const since = shownAtMs === undefined ? "" : ` Figures are of ${moment(shownAtMs)}.`;
  return `No answer: ${messageOf(error)}. Trying again in ${retryMs / 1000} s.${since}`;
}

function tell(kind: string, text: string): void {
  news.className = kind;
  setText(connection, text);
  retry.hidden = kind !== "bad";
  list.classList.toggle("stale", kind === "bad");
}

function show({ status, activity }: Figures): void {
  const claims = status.total_hits + status.total_misses;
  const rate = claims === 0 ? "" : `, ${percent(status.hit_rate)} of them hits`;
  const disabled = status.enabled ? "" : "Disabled: none are kept warm. ";
  setText(totals, `${disabled}${count(claims)} new sessions since the beginning${rate}`);
  for (const [runtime, pool] of pools) {
    if (runtime in status.pools) continue;
    pool.remove();
    pools.delete(runtime);
  }
  for (const [runtime, figures] of Object.entries(status.pools)) {
    poolOf(runtime).show(figures, activity.pools[runtime]);
  }
}

function poolOf(runtime: string): Pool {
  let pool = pools.get(runtime);
  if (!pool) {
    pool = new Pool(runtime, async (order) => {
      if (!api) throw new Error("there is no key");
      const said = await api.order(order, runtime);
      polling.now();
      return said;
    });
    pools.set(runtime, pool);
    // Charts measure their place, so it is in the page before they draw.
    list.append(pool.element);
  }
  return pool;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
