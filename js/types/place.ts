/** The platform's regions for Durable Objects. */
export type LocationHint =
  "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "apac-ne" | "apac-se" | "oc" | "afr" | "me";

/** The platform's jurisdictions for Durable Objects. */
export type Jurisdiction = "eu" | "fedramp" | "fedramp-high" | "us";
