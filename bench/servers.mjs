// Where the rows lie while they are measured, and the server over them.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withServer } from "./server.mjs";

const RAM_DISK = "/dev/shm";

export class Servers {
  #left = new Set();

  constructor() {
    process.once("exit", () => {
      for (const folder of this.#left) rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Runs `body(server)` on a new server, its rows "disk" or "memory". */
  async with(storage, body) {
    const { folder, remove } = this.folder(storage);
    try {
      return await withServer(folder, body);
    } finally {
      remove();
    }
  }

  folder(storage) {
    const folder = mkdtempSync(join(this.#home(storage), "cf-warm-pool-bench-"));
    const remove = () => {
      rmSync(folder, { recursive: true, force: true });
      this.#left.delete(folder);
    };
    this.#left.add(folder);
    return { folder, remove };
  }

  /** In words; a machine without a RAM disk has everything on its disk. */
  where(storage) {
    return this.#home(storage) === RAM_DISK ? "in memory" : "on disk";
  }

  #home(storage) {
    return storage === "memory" && existsSync(RAM_DISK) ? RAM_DISK : tmpdir();
  }
}
