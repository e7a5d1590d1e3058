// The three pools as they are published, each with a way to write a state into it that would take
// long to reach by claims.
import { WarmPool as Bridge } from "@cloudflare/sandbox/bridge";
import { WarmPool as Peer } from "cf-container-warm-pool";
import { WarmPool as Ours, type PoolOptions } from "../../dist/index.js";
import { haveRun } from "./container.ts";
import { watch, type Written } from "./watch.ts";

/** A state to begin with. `assigned` sessions are called `held-0` and so on, or by UUIDs (ours). */
export interface Begin {
  warm: number;
  assigned: number;
  uuids?: boolean;
  options: PoolOptions;
}

/** How long it has been so: nothing of its beginning is under way any more. */
const AGE_MS = 600_000;

interface Bound {
  CONTAINER: DurableObjectNamespace;
}

export class OurPool extends Ours {
  /** Read anew from its rows before it is used: see {@link restart}. */
  async begin({ warm, assigned, uuids, options }: Begin): Promise<void> {
    const { warmTarget = 5 } = options;
    // It would start its own containers at once.
    await this.configure({ containerBinding: "CONTAINER", ...options, warmTarget: 0 });
    const { sql } = this.ctx.storage;
    const sinceMs = Date.now() - AGE_MS;
    const insert =
      "INSERT INTO container (id, name, generation, created_at_ms, state, ready_at_ms, session, " +
      "claimed_at_ms, on_release) VALUES (unhex(?), ?, 1, ?, ?, ?, ?, ?, ?)";
    this.ctx.storage.transactionSync(() => {
      for (const [name, id] of machines(this.env as Bound, warm)) {
        sql.exec(insert, id, name, sinceMs, "warm", sinceMs, null, null, null);
      }
      let at = 0;
      for (const [name, id] of machines(this.env as Bound, assigned)) {
        const session = uuids ? crypto.randomUUID() : `held-${at++}`;
        sql.exec(insert, id, name, sinceMs, "assigned", null, session, sinceMs, "destroy");
      }
      sql.exec(
        "UPDATE pool SET config = json_set(config, '$.warmTarget', ?), primed = 1, extra = ?, " +
          "assigned_checked_at_ms = ?",
        warmTarget,
        Math.max(0, warm - warmTarget),
        Date.now(),
      );
    });
  }

  async restart(): Promise<void> {
    this.ctx.abort("read anew");
  }

  /** The ids of its containers. */
  async tracked(): Promise<string[]> {
    const rows = this.ctx.storage.sql.exec<{ id: string }>(
      "SELECT lower(hex(id)) AS id FROM container",
    );
    return rows.toArray().map(({ id }) => id);
  }

  async written(): Promise<Written> {
    return watch(this.ctx.storage);
  }
}

export class PeerPool extends Peer {
  async begin(begin: Begin): Promise<void> {
    await write(this.ctx.storage, this.env, begin);
  }

  async tracked(): Promise<string[]> {
    return listed(this.ctx.storage, this.env);
  }

  async written(): Promise<Written> {
    return watch(this.ctx.storage);
  }

  /** Has its next refresh come at once. */
  async refresh(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now());
  }
}

export class BridgePool extends Bridge {
  async begin(begin: Begin): Promise<void> {
    await write(this.ctx.storage, this.env as unknown as Bound, begin);
  }

  async tracked(): Promise<string[]> {
    return listed(this.ctx.storage, this.env as unknown as Bound);
  }

  async written(): Promise<Written> {
    return watch(this.ctx.storage);
  }

  /** Has its next refresh come at once. */
  async refresh(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now());
  }
}

/** Both peers store whole maps, and read them at their first call. */
async function write(
  storage: DurableObjectStorage,
  env: Bound,
  { warm, assigned, options }: Begin,
): Promise<void> {
  await storage.put("config", options);
  await storage.put("warmContainers", new Set(machines(env, warm).map(([name]) => name)));
  const held = machines(env, assigned).map(([name], at) => [`held-${at}`, name] as const);
  await storage.put("assignments", new Map(held));
}

async function listed(storage: DurableObjectStorage, { CONTAINER }: Bound): Promise<string[]> {
  const warm = (await storage.get<Set<string>>("warmContainers")) ?? [];
  const assigned =
    (await storage.get<Map<string, string>>("assignments")) ?? new Map<string, string>();
  return [...warm, ...assigned.values()].map((name) => CONTAINER.idFromName(name).toString());
}

/** Names and ids of machines that run. */
function machines({ CONTAINER }: Bound, count: number): [string, string][] {
  const made = Array.from({ length: count }, (): [string, string] => {
    const name = crypto.randomUUID();
    return [name, CONTAINER.idFromName(name).toString()];
  });
  haveRun(made.map(([, id]) => id));
  return made;
}
