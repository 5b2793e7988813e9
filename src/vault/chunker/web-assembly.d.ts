/** The part of WebAssembly that the chunker uses; Node has it, its types don't. */
declare namespace WebAssembly {
  interface Module {
    readonly brand: unique symbol;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (module: Module) => Instance;
}
