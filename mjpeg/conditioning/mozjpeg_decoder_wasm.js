// @ts-self-types="./mozjpeg_decoder_wasm.d.ts"
/*
 * mozjpeg's decoder as a compiled WebAssembly module, embedded by the module graph, so that no right to read or fetch
 * is needed at run time. A JavaScript file of its own, because TypeScript does not know `import source` yet.
 */
import source mozjpegWasm from "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm";
export default mozjpegWasm;
