import { getWarmPool, type ExplainedStep, type Explanation, type WarmPool } from "cf-warm-pool";
import { same } from "./same.ts";

declare const pools: DurableObjectNamespace<WarmPool>;

export const explanation: Explanation = await getWarmPool(pools).explain("alice");
same<Explanation["steps"], ExplainedStep[]>();
same<NonNullable<Explanation["container"]>["name"], string>();
same<ExplainedStep["at"], number>();
same<ExplainedStep["cause"], string | null>();
// @ts-expect-error -- no place that a container comes to
same<ExplainedStep["to"], "asleep">();
