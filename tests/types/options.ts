import type {
  EarlierOptions,
  HealthConfig,
  Jurisdiction,
  LocationHint,
  PoolOptions,
  RolloutConfig,
  WarmPoolConfig,
} from "cf-warm-pool";
import { same } from "./same.ts";

declare const kv: KVNamespace;

// Every option there is, and nothing else.
same<
  keyof PoolOptions,
  | "warmTarget"
  | "maxInstances"
  | "refreshInterval"
  | "enabled"
  | "startConcurrency"
  | "startTimeout"
  | "ports"
  | "whenEmpty"
  | "queueTimeout"
  | "refill"
  | "containerTtl"
  | "leaseTimeout"
  | "onRelease"
  | "drainTimeout"
  | "verifyAfter"
  | "assignedCheckInterval"
  | "health"
  | "revision"
  | "revisionOrder"
  | "rollout"
  | "containerBinding"
  | "locationHint"
  | "jurisdiction"
  | keyof EarlierOptions
>();
same<Exclude<keyof WarmPoolConfig, keyof PoolOptions>, "poolName" | "idCache">();
same<
  keyof EarlierOptions,
  | "minContainers"
  | "maxContainers"
  | "healthCheckInterval"
  | "scaleBatchSize"
  | "startupTimeout"
  | "acquireTimeout"
>();
same<keyof RolloutConfig, "maxSurge" | "maxUnavailable">();
same<
  keyof HealthConfig,
  "path" | "timeout" | "unhealthyAfter" | "maxMemoryRatio" | "maxCpuRatio"
>();

// The platform's words: a word it gets is a word that is missing here.
same<LocationHint, DurableObjectLocationHint>();
same<Jurisdiction, DurableObjectJurisdiction>();

export const nothing: WarmPoolConfig = {};
export const everything: Required<Omit<WarmPoolConfig, keyof EarlierOptions>> = {
  warmTarget: 5,
  maxInstances: 0,
  refreshInterval: 10_000,
  enabled: true,
  startConcurrency: 6,
  startTimeout: 30_000,
  ports: [8080, 8081],
  whenEmpty: "start",
  queueTimeout: 10_000,
  refill: "eager",
  containerTtl: 3_600_000,
  leaseTimeout: 0,
  onRelease: "destroy",
  drainTimeout: 30_000,
  verifyAfter: 10_000,
  assignedCheckInterval: 60_000,
  health: {
    path: "/health",
    timeout: 5000,
    unhealthyAfter: 2,
    maxMemoryRatio: 0.9,
    maxCpuRatio: 1,
  },
  revision: "one",
  revisionOrder: 1_790_000_000_000,
  rollout: { maxSurge: 1, maxUnavailable: 0 },
  containerBinding: "CONTAINER",
  locationHint: "weur",
  jurisdiction: "eu",
  poolName: "global-pool",
  idCache: kv,
};
same<Required<EarlierOptions>, Record<keyof EarlierOptions, number>>();
export const onePort: PoolOptions = { ports: 8080 };
export const readonlyPorts: PoolOptions = { ports: [8080] as const };

export const wrong: WarmPoolConfig[] = [
  // @ts-expect-error -- an unknown option
  { warmTargets: 5 },
  // @ts-expect-error -- another spelling
  { warm_target: 5 },
  // @ts-expect-error -- text for a number
  { warmTarget: "5" },
  // @ts-expect-error -- a word it does not know
  { whenEmpty: "queue" },
  // @ts-expect-error -- a word it does not know
  { refill: "lazy" },
  // @ts-expect-error -- a word it does not know
  { onRelease: "stop" },
  // @ts-expect-error -- a region the platform does not know
  { locationHint: "europe" },
  // @ts-expect-error -- a jurisdiction the platform does not know
  { jurisdiction: "de" },
  // @ts-expect-error -- a number for a switch
  { enabled: 1 },
  // @ts-expect-error -- text for a port
  { ports: ["8080"] },
  // @ts-expect-error -- not a namespace
  { idCache: "HINTS" },
  // @ts-expect-error -- an unknown part of an option
  { health: { paths: "/health" } },
  // @ts-expect-error -- an unknown part of an option
  { rollout: { maxSurplus: 1 } },
];

// What finds the pool is the client's: the pool object does not take it.
// @ts-expect-error -- an option of the client
export const named: PoolOptions = { poolName: "another" };
