// What no pool can be quicker than: a call that does nothing, and one that commits a row.
import { DurableObject } from "cloudflare:workers";

export class Floor extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS floor (number INTEGER PRIMARY KEY)");
  }

  async empty(): Promise<void> {
    // The call is all.
  }

  async row(): Promise<void> {
    this.ctx.storage.sql.exec("INSERT INTO floor DEFAULT VALUES");
  }
}
