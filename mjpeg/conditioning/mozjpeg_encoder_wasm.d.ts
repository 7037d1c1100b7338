/** mozjpeg's encoder, compiled but not instantiated. */
declare const mozjpegWasm: WebAssembly.Module;
export default mozjpegWasm;
