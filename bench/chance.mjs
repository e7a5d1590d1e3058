// The order that a seed gives a list.
import { Chance } from "../tests/kill/chance.mjs";

export function shuffled(list, seed) {
  const chance = new Chance(seed);
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(chance.between(0, at + 1));
    [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
  }
  return mixed;
}
