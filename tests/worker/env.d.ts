declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./main.ts");
  }
  interface Env {
    WARM_POOL: DurableObjectNamespace<import("../../dist/index.js").WarmPool>;
    CONTAINER: DurableObjectNamespace<import("./platform/container.ts").TestContainer>;
    /** These two in runtimes/wrangler.jsonc only, which has no CONTAINER. */
    CONTAINER_PYTHON: DurableObjectNamespace<import("./platform/container.ts").PythonContainer>;
    CONTAINER_JAVASCRIPT: DurableObjectNamespace<import("./platform/container.ts").NodeContainer>;
    PLATFORM: DurableObjectNamespace<import("./platform/platform.ts").Platform>;
    SLEEPER: DurableObjectNamespace<import("./platform/sleeper.ts").Sleeper>;
    HINTS: KVNamespace;
    WARM_POOL_API_KEY: string;
    WARM_POOL_SIZE_PER_RUNTIME: string;
  }
}
