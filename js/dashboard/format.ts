/** Figures as people read them. */

/** What is shown where there is no figure. */
export const NONE = "–";

const LOCALE = "en-GB";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const time = new Intl.DateTimeFormat(LOCALE, { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function count(value: number | null): string {
  return value === null ? NONE : whole.format(value);
}

/** Of a ratio from 0 to 1: `97.8 %`; only what is all is 100 %. */
export function percent(ratio: number | null): string {
  if (ratio === null) return NONE;
  return `${tenths.format(Math.floor(ratio * 1000) / 10)} %`;
}

/** `4 ms`, `1.8 s`, `2 min`, `3.5 h`, `2 d`. */
export function duration(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < SECOND_MS) return `${whole.format(ms)} ms`;
  if (ms < MINUTE_MS) return `${tenths.format(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${tenths.format(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${tenths.format(ms / HOUR_MS)} h`;
  return `${tenths.format(ms / DAY_MS)} d`;
}

/** `14:03:22` in the reader's time zone, `21 Nov, 14:03:22` if that was not today. */
export function moment(atMs: number, nowMs = Date.now()): string {
  const at = new Date(atMs);
  const today = at.toDateString() === new Date(nowMs).toDateString();
  return today ? time.format(at) : `${day.format(at)}, ${time.format(at)}`;
}

/** `14:03` in the reader's time zone, or `14:03:22`. */
export function clock(atMs: number, withSeconds = false): string {
  return (withSeconds ? time : minute).format(atMs);
}

/** Dollars and cents. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? "under $0.01" : `$${cents.format(usd)}`;
}

/** `1 container`, `3 containers`. */
export function containers(many: number): string {
  return `${whole.format(many)} container${many === 1 ? "" : "s"}`;
}

/** A word as the Worker spells it: `drain_timeout` as `drain timeout`. */
export function words(code: string): string {
  return code.replaceAll("_", " ");
}
