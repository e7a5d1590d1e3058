// What wrangler needs to run real containers on this machine. Where the client has buildx and the
// sidecar's image can be had, that is nothing.
import { readFileSync } from "node:fs";
import { docker } from "./engine.mjs";
import { buildProgram, SERVER, SIDECAR } from "./image.mjs";
import { inRoot } from "./project.mjs";
import { say, Trouble } from "./say.mjs";

/** On a slow line; afterwards it is there. */
const PULL_LIMIT_MS = 180_000;

/** Each run has its own, so that the end of one takes nothing away from another. */
const STAND_IN = `cf-warm-pool-sidecar:${process.pid}`;
const WRAPPER = "tests/e2e/docker.sh";

/** Prepares images; returns what is to be in wrangler's environment. */
export async function prepareContainers() {
  await buildProgram(SERVER);
  const standIn = sidecarCanBeHad() ? undefined : await buildStandIn();
  const hasBuildx = docker(["buildx", "version"]) !== null;
  if (!hasBuildx) say("docker has no buildx: the older builder is used");
  return {
    ...(standIn && { MINIFLARE_CONTAINER_EGRESS_IMAGE: standIn }),
    ...((standIn || !hasBuildx) && {
      CF_WARM_POOL_DOCKER: process.env.WRANGLER_DOCKER_BIN ?? "docker",
      WRANGLER_DOCKER_BIN: inRoot(WRAPPER),
    }),
  };
}

/** workerd reaches a container through a second one, of this image. */
function sidecarCanBeHad() {
  if (process.env.MINIFLARE_CONTAINER_EGRESS_IMAGE) return true;
  const wrangler = readFileSync(inRoot("node_modules/wrangler/wrangler-dist/cli.js"), "utf8");
  const image = wrangler.match(/"(cloudflare\/proxy-everything:[^"]+)"/)?.[1];
  // A wrangler that names it elsewhere pulls it by itself, or says why not.
  if (!image || docker(["image", "inspect", image]) !== null) return true;
  say(`pulling ${image.split("@")[0]} (once)`);
  return docker(["pull", "--quiet", image], PULL_LIMIT_MS) !== null;
}

/** An image that does as much of the same as is needed here. */
async function buildStandIn() {
  say("it cannot be pulled: a stand-in is built (tests/e2e/sidecar)");
  await buildProgram(SIDECAR);
  const args = ["build", "--tag", STAND_IN, "--file", inRoot(SIDECAR.crate, "Dockerfile")];
  if (docker([...args, inRoot(SIDECAR.context)], PULL_LIMIT_MS) === null) {
    throw new Trouble(`The image ${STAND_IN} could not be built: is the container engine well?`);
  }
  return STAND_IN;
}

/** The images that a run leaves which serves these classes, for `keep`. */
export const imagesOf = (...classes) => [
  ...classes.map((name) => `cloudflare-dev/${name.toLowerCase()}`),
  STAND_IN,
];
