/** Compiles where the two types are the same; `any` is only the same as itself. */
export declare function same<A, B>(
  ...different: Same<A, B> extends true ? [] : [different: never]
): void;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

same<{ a: 1 }, { a: 1 }>();
// @ts-expect-error -- the two differ
same<{ a: 1 }, { a: number }>();
// @ts-expect-error -- the two differ
same<unknown, string>();
