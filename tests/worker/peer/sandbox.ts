// What `@cloudflare/sandbox` is to the quoted code: the real class extends `Container`, too.
import { SimulatedContainer } from "../../../container/simulated.ts";

/** Of `Sandbox` what the quoted code calls; it answers with the command, and who it is. */
export class Sandbox<Env = Cloudflare.Env> extends SimulatedContainer<Env> {
  async exec(command: string): Promise<{ stdout: string; success: boolean }> {
    const answer = await this.fetch(new Request("http://container/whoami"));
    const { container } = await answer.json<{ container: string }>();
    return { stdout: `${command} in ${container}`, success: answer.ok };
  }
}
