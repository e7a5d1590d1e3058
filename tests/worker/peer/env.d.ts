declare module "readme:pieces" {
  /** The pieces of code of a README, by their headings. */
  export const pieces: Record<string, Piece>;

  /** What a piece finds where it stands, and `this`; it returns what it makes. */
  type Piece = (
    this: unknown,
    at: { env?: unknown; pool?: unknown; request?: Request },
  ) => Promise<Record<string, unknown>>;
}
