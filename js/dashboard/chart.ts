/** A chart over time: uPlot, in the page's colours, with a legend that shows figures. */
import uPlot from "uplot";
import { make, setText } from "./dom.ts";
import { clock, NONE } from "./format.ts";

/** Values at the moments of the chart; null where there is none. */
export type Values = (number | null)[];

export interface Line {
  label: string;
  /** A colour of colors.css, without its dashes: `warm`. */
  color: string;
  as: (value: number) => string;
  kind?: "line" | "steps" | "dashes" | "bars";
  /** Bars may have a scale of their own; no axis shows it. */
  scale?: string;
}

export interface ChartShape {
  title: string;
  lines: Line[];
  /** The ends of the axis, from the ends of the values, if there are any. */
  range: (min: number | null, max: number | null) => [number, number];
  axis: (value: number) => string;
  /** With a line to each power of ten. */
  logarithmic?: boolean;
}

const MINUTE_MS = 60_000;
/** The library's word for it is an enum that is gone once compiled. */
const LOGARITHMIC = { distr: 3 } as const;

const HEIGHT_PX = 168;
const AXIS_FONT = "12px system-ui, sans-serif";
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Chart {
  readonly element = make("figure", "chart");
  readonly #headline = make("strong");
  readonly #plot = make("div", "plot");
  readonly #legend: HTMLElement[];
  readonly #shape: ChartShape;
  readonly #uplot: uPlot;
  #values: Values[] = [];
  readonly #resized: ResizeObserver;
  /** With the paths, which keep the colours they were built with. */
  readonly #recolor = () => this.#uplot.redraw();

  constructor(shape: ChartShape) {
    this.#shape = shape;
    this.#legend = shape.lines.map(() => make("span", "value", NONE));
    const legend = shape.lines.map((line, at) =>
      make(
        "li",
        `key ${line.color} ${line.kind ?? "line"}`,
        line.label,
        " ",
        this.#legend[at] ?? "",
      ),
    );
    this.#plot.setAttribute("role", "img");
    this.element.append(
      make("figcaption", "", make("span", "", shape.title), this.#headline),
      this.#plot,
      make("ul", "legend", ...legend),
    );
    this.#uplot = new uPlot(this.#options(), [[], ...shape.lines.map(() => [])], this.#plot);
    this.#resized = new ResizeObserver(() => {
      const { clientWidth: width } = this.#plot;
      if (width > 0) this.#uplot.setSize({ width, height: HEIGHT_PX });
    });
    this.#resized.observe(this.#plot);
    dark.addEventListener("change", this.#recolor);
  }

  /** `moments` are ms, `headline` the figure that stands for them all, `summary` all in a sentence. */
  show(moments: number[], values: Values[], headline: string, summary: string): void {
    setText(this.#headline, headline);
    this.#plot.setAttribute("aria-label", `${this.#shape.title}: ${summary}`);
    this.#values = values;
    this.#uplot.setData([moments, ...values]);
    this.#showLegend(this.#uplot.cursor.idx);
  }

  remove(): void {
    this.#resized.disconnect();
    dark.removeEventListener("change", this.#recolor);
    this.#uplot.destroy();
    this.element.remove();
  }

  /** The values under the pointer, or the last there are. */
  #showLegend(index: number | null | undefined): void {
    this.#shape.lines.forEach((line, at) => {
      const values = this.#values[at] ?? [];
      const value =
        typeof index === "number" ? values[index] : values.findLast((one) => one !== null);
      const element = this.#legend[at];
      if (element) setText(element, typeof value === "number" ? line.as(value) : NONE);
    });
  }

  #options(): uPlot.Options {
    const { lines, range, axis, logarithmic } = this.#shape;
    const axes = { font: AXIS_FONT, stroke: () => color("muted"), ticks: { show: false } };
    const grid = { stroke: () => color("grid"), width: 1 };
    return {
      width: 320,
      height: HEIGHT_PX,
      ms: 1,
      padding: [8, 26, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: true, range: (_, from, to) => [from, to] },
        y: { ...(logarithmic && LOGARITHMIC), range: (_, min, max) => range(min, max) },
        bars: { range: (_, _min, max) => [0, Math.max(max, 1) * 1.25] },
      },
      axes: [
        { ...axes, grid: { show: false }, gap: 8, size: 30, space: 72, values: clocks },
        {
          ...axes,
          grid,
          size: (_, labels) => widthOf(labels),
          space: 32,
          ...(logarithmic && { splits: (_, _axis, min, max) => decades(min, max) }),
          // It passes null where a label would find no room.
          values: (_, at) => (at as Values).map((value) => (value === null ? "" : axis(value))),
        },
      ],
      series: [{}, ...lines.map(series)],
      hooks: { setCursor: [({ cursor }) => this.#showLegend(cursor.idx)] },
    };
  }
}

function series({ label, color: name, kind = "line", scale = "y" }: Line): uPlot.Series {
  const stroke = () => color(name);
  const common = { label, scale, stroke };
  const { bars, stepped } = uPlot.paths;
  switch (kind) {
    case "bars":
      return {
        ...common,
        width: 0,
        fill: stroke,
        points: { show: false },
        ...(bars && { paths: bars({ size: [0.7, 12] }) }),
      };
    case "steps":
      return {
        ...common,
        width: 2,
        // One value alone is no line.
        points: { show: ({ data: [moments] }) => moments.length < 3, size: 4, fill: stroke },
        ...(stepped && { paths: stepped({ align: 1 }) }),
      };
    case "dashes":
      return {
        ...common,
        width: 1.5,
        dash: [5, 4],
        points: { show: false },
        ...(stepped && { paths: stepped({ align: 1 }) }),
      };
    case "line":
      return { ...common, width: 2, points: { show: true, size: 4, fill: stroke } };
  }
}

/** Times of day, with seconds where labels are less than a minute apart. */
function clocks(_: uPlot, moments: number[], _axis: number, _space: number, apartMs: number) {
  return moments.map((moment) => clock(moment, apartMs < MINUTE_MS));
}

/** The powers of ten from one to another. */
function decades(from: number, to: number): number[] {
  const [first, last] = [Math.round(Math.log10(from)), Math.round(Math.log10(to))];
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

/** Room for the axis' labels, which are not there at first. */
function widthOf(labels: string[] | null): number {
  const longest = Math.max(1, ...(labels ?? []).map((label) => label.length));
  return 12 + longest * 7;
}

/** A colour of the scheme in force. */
function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
