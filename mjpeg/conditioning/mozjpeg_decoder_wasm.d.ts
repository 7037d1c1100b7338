/** mozjpeg's decoder, compiled but not instantiated. */
declare const mozjpegWasm: WebAssembly.Module;
export default mozjpegWasm;
