// Counts what an object writes, in the platform's unit: a row is an entry of a table or an index, a
// key that is put or deleted, or an alarm that is set.

export interface Written {
  rows: number;
  alarms: number;
}

const watched = new WeakMap<DurableObjectStorage, () => Written>();

/** What was written since the last call; the first one begins to count. */
export function watch(storage: DurableObjectStorage): Written {
  const counted = watched.get(storage);
  if (counted) return counted();
  let written: Written = { rows: 0, alarms: 0 };
  const cursors: { readonly rowsWritten: number }[] = [];
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  sql.exec = (...args) => {
    const cursor = exec(...args);
    cursors.push(cursor);
    return cursor as never;
  };
  for (const method of ["put", "delete", "setAlarm"] as const) {
    const write = storage[method].bind(storage) as (...args: unknown[]) => Promise<never>;
    storage[method] = (...args: unknown[]) => {
      written.rows += 1;
      written.alarms += method === "setAlarm" ? 1 : 0;
      return write(...args);
    };
  }
  watched.set(storage, () => {
    const rows = cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
    const all = { ...written, rows: written.rows + rows };
    written = { rows: 0, alarms: 0 };
    return all;
  });
  return written;
}
