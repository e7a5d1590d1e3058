// The parts of Node's modules that the command line uses. The types of Node are not a dependency:
// they clash with those of Workers.
declare module "node:util" {
  interface Option {
    type: "string" | "boolean";
    short?: string;
  }

  type Token =
    | { kind: "option"; name: string; rawName: string; value?: string }
    | { kind: "positional"; value: string }
    | { kind: "option-terminator" };

  export function parseArgs(config: {
    args: string[];
    options: Record<string, Option>;
    strict: false;
    allowPositionals: true;
    tokens: true;
  }): { tokens: Token[] };
}
