// Apart from the rest of the SDK, so that nobody loads the library for SM2, SM3 and SM4 who does not use them.
export { shangmi } from '../protocol/shangmi.ts'
