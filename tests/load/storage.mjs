// Where the objects of the load test keep their rows. Every row is synced before it is answered, so on
// a disk that is the disk that is measured: in memory, where this machine has room for it.
import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IN_MEMORY = "/dev/shm";
/** A container leaves its rows behind, about 70 KiB of them. */
const ROOM_PER_SESSION = 200 * 1024;

/** A folder for so many sessions, gone at the latest when this process ends. */
export function makeStorage(sessions) {
  const inMemory = hasRoom(IN_MEMORY, sessions * ROOM_PER_SESSION);
  const folder = mkdtempSync(join(inMemory ? IN_MEMORY : tmpdir(), "cf-warm-pool-load-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return { folder, remove, where: inMemory ? "in memory" : "on disk" };
}

function hasRoom(folder, bytes) {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > bytes;
}
