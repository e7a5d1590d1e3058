/** The default Worker's handlers. */
export declare function __wbg_reset_state(): void;
export declare function onPanic(panicked: () => void): void;
export declare function fetch(request: Request, env: unknown, ctx: ExecutionContext): Promise<Response>;
export declare function scheduled(event: unknown, env: unknown, ctx: ExecutionContext): Promise<void>;
