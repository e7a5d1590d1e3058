// The real Sandbox needs a container. The routes under test call only these methods.
import { SimulatedContainer } from "../../../container/simulated.ts";

/** Pretends to run any command, as long as its container answers. */
export class Sandbox<Env = Cloudflare.Env> extends SimulatedContainer<Env> {
  /** The SDK sends the settings of the sandbox, and ignores errors. */
  configure(): void {
    // The simulated container has no settings.
  }

  async execWithSessionToken() {
    const { ok } = await this.fetch(new Request("http://container/whoami"));
    if (!ok) throw new Error("the container does not answer");
    return { stdout: "", stderr: "", exitCode: 0, success: true };
  }
}
