// How much memory the WebAssembly in this isolate has. To be imported before what instantiates it.

const memories: WebAssembly.Memory[] = [];
const { Instance } = WebAssembly;

WebAssembly.Instance = new Proxy(Instance, {
  construct(target, args: ConstructorParameters<typeof Instance>) {
    const instance = new target(...args);
    const { memory } = instance.exports;
    if (memory instanceof WebAssembly.Memory) memories.push(memory);
    return instance;
  },
});

/** Bytes of all of it. */
export function wasmBytes(): number {
  return memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}
