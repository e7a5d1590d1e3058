/** Ids that are kept of each namespace: those of the sessions an isolate serves at a time. */
const KEPT_MAX = 1_000;

const kept = new WeakMap<object, Map<string, DurableObjectId>>();

interface Namespace {
  idFromName(name: string): DurableObjectId;
}

/**
 * The id that a namespace makes of `name`, if that is `text`: else what goes by that text is of
 * another namespace. To make it takes a tenth of a sticky claim, so it is made once.
 */
export function idOf(
  namespace: Namespace,
  name: string,
  text: string,
): DurableObjectId | undefined {
  const ids = kept.get(namespace) ?? new Map<string, DurableObjectId>();
  const known = ids.get(text);
  if (known) return known;
  const id = namespace.idFromName(name);
  if (id.toString() !== text) return undefined;
  if (ids.size >= KEPT_MAX) ids.clear();
  kept.set(namespace, ids.set(text, id));
  return id;
}
