/** What `npm run build` makes of js/dashboard; the real file lies in dist. */

/** The page of `GET /dashboard`, and the `Content-Security-Policy` that it keeps. */
export declare const dashboard: { readonly page: string; readonly policy: string };
