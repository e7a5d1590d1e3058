import { Container } from "@cloudflare/containers";
import { pooled } from "../dist/index.js";

/** The server of `server/`, in the image of `Dockerfile`. */
export class ServerContainer<Env = Cloudflare.Env> extends Container<Env> {
  override defaultPort = 8080;
  override sleepAfter = "5m";

  override envVars: Record<string, string> = this.identity();

  /** With `onRelease: "reset"`: whether nothing of the last session is left. */
  async resetForPool(): Promise<boolean> {
    const { ok } = await this.containerFetch("http://container/reset", { method: "POST" });
    return ok;
  }

  /** Who it is, for the server to answer at `/whoami`. */
  protected identity(): Record<string, string> {
    const { id } = this.ctx;
    return {
      CONTAINER_ID: id.toString(),
      ...(id.name !== undefined && { CONTAINER_NAME: id.name }),
    };
  }
}

/** The demo's: the pool of the default Worker is named after the only runtime it has. */
export class DemoContainer extends pooled(ServerContainer, { poolName: "default" }) {}
