/** The last hour, minute by minute: how often it hit, and how long claims took. */
import type { Hour, Minute } from "./answers.ts";
import { Chart, type Values } from "./chart.ts";
import { count, duration, percent } from "./format.ts";

const MINUTE_MS = 60_000;
const MINUTES = 60;

export class HourCharts {
  readonly hits = new Chart({
    title: "Hit rate, last hour",
    lines: [
      { label: "new sessions", color: "bars", as: count, kind: "bars", scale: "bars" },
      { label: "hit rate", color: "hit", as: (value) => percent(value / 100) },
    ],
    range: () => [0, 100],
    axis: (value) => `${value} %`,
  });

  readonly times = new Chart({
    title: "Claim time, last hour",
    lines: [
      { label: "p50", color: "p50", as: duration },
      { label: "p99", color: "p99", as: duration },
    ],
    range: powersAround,
    axis: duration,
    logarithmic: true,
  });

  show(minutes: Minute[], hour: Hour, nowMs: number): void {
    const { moments, slots } = spread(minutes, nowMs);
    const pick = (of: (minute: Minute) => number | null): Values =>
      slots.map((minute) => (minute ? of(minute) : null));

    const claims = hour.hits + hour.misses;
    const rate = claims === 0 ? null : hour.hit_rate;
    this.hits.show(
      moments,
      [pick(({ hits, misses }) => hits + misses), pick(rateOf)],
      percent(rate),
      rate === null
        ? "no new session in this hour"
        : `${percent(rate)} of ${count(claims)} new sessions found a warm container`,
    );

    const [p50, p99] = [hour.claim_p50_ms, hour.claim_p99_ms].map(shown);
    this.times.show(
      moments,
      [
        pick(({ claim_p50_ms }) => atLeastOne(claim_p50_ms)),
        pick(({ claim_p99_ms }) => atLeastOne(claim_p99_ms)),
      ],
      `p50 ${p50} · p99 ${p99}`,
      hour.claim_p50_ms === null ? "no claim in this hour" : `p50 ${p50}, p99 ${p99}`,
    );
  }

  remove(): void {
    this.hits.remove();
    this.times.remove();
  }
}

/** A slot to each of the last minutes, empty where nothing happened, so that lines break there. */
function spread(minutes: Minute[], nowMs: number) {
  const current = Math.floor(nowMs / MINUTE_MS);
  const known = new Map(minutes.map((minute) => [Math.floor(minute.at / MINUTE_MS), minute]));
  const numbers = Array.from({ length: MINUTES + 1 }, (_, at) => current - MINUTES + at);
  return {
    moments: numbers.map((number) => number * MINUTE_MS),
    slots: numbers.map((number) => known.get(number)),
  };
}

function rateOf({ hits, misses }: Minute): number | null {
  return hits + misses === 0 ? null : (hits / (hits + misses)) * 100;
}

function shown(ms: number | null): string {
  return duration(atLeastOne(ms));
}

/** A logarithm wants more than nothing. */
function atLeastOne(ms: number | null): number | null {
  return ms === null ? null : Math.max(ms, 1);
}

/** Whole powers of ten around the values, two of them at least. */
function powersAround(min: number | null, max: number | null): [number, number] {
  const from = 10 ** Math.floor(Math.log10(Math.max(min ?? 1, 1)));
  return [from, Math.max(10 ** Math.ceil(Math.log10(Math.max(max ?? 1, 1))), from * 100)];
}
