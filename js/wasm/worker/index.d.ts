/** The default Worker: it handles `fetch` and `scheduled`. */
declare const worker: ExportedHandler;
export default worker;
