// Lints for TypeScript, with types, and for the scripts, which run in Node.
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const nodeGlobals = [
  "AbortController",
  "AbortSignal",
  "Buffer",
  "Request",
  "Response",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "URLSearchParams",
  "WebSocket",
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "fetch",
  "performance",
  "process",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "structuredClone",
];

export default defineConfig(
  globalIgnores([
    "dist/",
    "target/",
    "**/target/",
    "**/rust/**/build/",
    ".cache/",
    "**/.wrangler/",
  ]),
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, "readonly"])),
    },
  },
  {
    // What they hand to the page runs there.
    files: ["tests/browser/**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["Event", "document", "getComputedStyle", "localStorage", "sessionStorage"].map((name) => [
          name,
          "readonly",
        ]),
      ),
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Numbers in messages are wanted.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The platform's classes are often extended by one that adds nothing.
      "@typescript-eslint/no-extraneous-class": "off",
      // `parse<T>(text): T` says at the call what is expected, which a cast would hide.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // A method that is called over RPC is async, whether it waits for anything or not.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    // Its own tsconfig.json finds the package where a user has installed it.
    files: ["example/**/*.ts"],
    languageOptions: { parserOptions: { projectService: false, project: "tsconfig.json" } },
  },
  {
    files: ["tests/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.mts"],
    extends: [tseslint.configs.recommended],
  },
);
