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
    POOLED: DurableObjectNamespace<import("./pooled.ts").Pooled>;
    TOLD_BEFORE: DurableObjectNamespace<import("./pooled.ts").ToldBefore>;
    TOLD_AFTER: DurableObjectNamespace<import("./pooled.ts").ToldAfter>;
    TOLD_ALONE: DurableObjectNamespace<import("./pooled.ts").ToldAlone>;
    LOST: DurableObjectNamespace<import("./pooled.ts").Lost>;
    TIDY: DurableObjectNamespace<import("./pooled.ts").Tidy>;
    PLACED: DurableObjectNamespace<import("./placed.ts").Placed>;
    PLACED_POOL: DurableObjectNamespace<import("./placed.ts").PlacedPool>;
    REAL: DurableObjectNamespace<import("./real.ts").Real>;
    TELLING: DurableObjectNamespace<import("./telling.ts").Telling>;
    HINTS: KVNamespace;
    WARM_POOL_API_KEY: string;
    WARM_POOL_SIZE_PER_RUNTIME: string;
  }
}
