// Whether a chart is drawn, and in which colours: read from its pixels.

/** How many pixels of a chart's canvas have the colour that colors.css calls `name`, or nearly. */
export async function pixelsOf(figure, name) {
  return figure.locator("canvas").evaluate((canvas, variable) => {
    const { width, height } = canvas;
    const copy = Object.assign(document.createElement("canvas"), { width, height });
    const probe = copy.getContext("2d", { willReadFrequently: true });
    const root = getComputedStyle(document.documentElement);
    probe.fillStyle = root.getPropertyValue(`--${variable}`);
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    probe.clearRect(0, 0, 1, 1);
    probe.drawImage(canvas, 0, 0);
    const { data } = probe.getImageData(0, 0, width, height);
    let many = 0;
    for (let at = 0; at < data.length; at += 4) {
      const near = [red, green, blue].every((one, i) => Math.abs(data[at + i] - one) < 8);
      if (near && data[at + 3] > 200) many += 1;
    }
    return many;
  }, name);
}

/** A pool's chart whose title that is, or begins with it. */
export function chart(pool, title) {
  return pool.locator("figure", { hasText: title });
}
