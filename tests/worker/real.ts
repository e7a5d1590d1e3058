// The class of `@cloudflare/containers` itself, over a runtime that is pretended: it wants the
// `ctx.container` that only a container engine gives.
import { Container } from "@cloudflare/containers";
import { pooled } from "../../dist/index.js";

/** `ctx.container`, as far as the class uses it. */
class Runtime {
  running = false;
  starts = 0;
  /** Ends the answer to `/slow` that is under way. */
  finish = (): void => undefined;
  #exit = Promise.withResolvers<undefined>();

  start(): void {
    if (this.running)
      throw new Error("start() cannot be called on a container that is already running.");
    this.running = true;
    this.starts += 1;
    this.#exit = Promise.withResolvers();
  }

  monitor(): Promise<void> {
    return this.#exit.promise;
  }

  getTcpPort(): { fetch: (url: string, request?: Request) => Promise<Response> } {
    return {
      fetch: async (url, request) => {
        if (!this.running) throw new Error("the container is not listening");
        return request instanceof Request ? this.#answer(url) : new Response();
      },
    };
  }

  #answer(url: string): Response {
    if (!url.endsWith("/slow")) return new Response("well");
    const start = (controller: ReadableStreamDefaultController) =>
      void (this.finish = () => controller.close());
    return new Response(new ReadableStream({ start }));
  }

  signal(): void {
    this.exit();
  }

  async destroy(): Promise<void> {
    this.exit();
  }

  /** The instance ends: well, or with an error that the class cannot read. */
  exit(error?: Error): void {
    if (!this.running) return;
    this.running = false;
    if (error) this.#exit.reject(error);
    else this.#exit.resolve(undefined);
  }
}

class OverRuntime extends Container {
  override defaultPort = 8080;
  readonly runtime: Runtime;
  stops = 0;
  errors = 0;

  constructor(ctx: ConstructorParameters<typeof Container>[0], env: Cloudflare.Env) {
    const runtime = new Runtime();
    Object.defineProperty(ctx, "container", { value: runtime, configurable: true });
    super(ctx, env);
    this.runtime = runtime;
  }

  override onError(): void {
    this.errors += 1;
  }
}

/** The usual form: its own `onStop` is in a subclass of what `pooled` returns. */
export class Real extends pooled(OverRuntime) {
  override sleepAfter = "1h";

  override onStop(): void {
    this.stops += 1;
  }

  /** Has the server in the container clean up, as users do. */
  async resetForPool(): Promise<boolean> {
    const { ok } = await this.containerFetch("http://container/reset");
    return ok;
  }
}
