// SHA-256 and MD5 of bytes that come piece by piece. The browser's own cannot stream, and has no MD5.

const SHA_CONSTANTS = new Int32Array(64);
const SHA_START = new Uint32Array(8);
const MD5_CONSTANTS = Int32Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32) | 0);
const MD5_TURNS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

// The first bits behind the point of the roots of the first primes.
for (let number = 2, primes = 0; primes < 64; number += 1) {
  let isPrime = true;
  for (let by = 2; by * by <= number; by += 1) isPrime &&= number % by !== 0;
  if (isPrime) {
    const bits = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
    SHA_CONSTANTS[primes] = bits(Math.cbrt(number));
    if (primes < 8) SHA_START[primes] = bits(Math.sqrt(number));
    primes += 1;
  }
}

// Blocks of 64 bytes out of pieces of any length; a kind of digest adds `block` and `state`.
class Streaming {
  constructor() {
    this.left = new Uint8Array(64);
    this.held = 0;
    this.bytes = 0;
  }

  update(bytes) {
    this.bytes += bytes.length;
    let at = 0;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.left.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      this.blocks(this.left, 0, 64);
      this.held = 0;
    }
    const end = bytes.length - ((bytes.length - at) % 64);
    if (end > at) this.blocks(bytes, at, end);
    this.left.set(bytes.subarray(end));
    this.held = bytes.length - end;
    return this;
  }

  // Lower-case hexadecimal digits; nothing may be added afterwards.
  hex() {
    const { bytes } = this;
    const padding = new Uint8Array(((119 - (bytes % 64)) % 64) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(bytes) * 8n, this.isLittle);
    this.update(padding);
    const found = new DataView(new ArrayBuffer(this.state.length * 4));
    this.state.forEach((word, at) => found.setUint32(at * 4, word, this.isLittle));
    return [...new Uint8Array(found.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

export class Sha256 extends Streaming {
  constructor() {
    super();
    this.isLittle = false;
    this.state = Int32Array.from(SHA_START);
    this.words = new Int32Array(64);
  }

  blocks(bytes, start, end) {
    const { words, state } = this;
    const constants = SHA_CONSTANTS;
    for (let at = start; at < end; at += 64) {
      for (let word = 0, from = at; word < 16; word += 1, from += 4) {
        words[word] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
      }
      for (let word = 16; word < 64; word += 1) {
        const x = words[word - 15];
        const y = words[word - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        words[word] = (words[word - 16] + s0 + words[word - 7] + s1) | 0;
      }
      let a = state[0];
      let b = state[1];
      let c = state[2];
      let d = state[3];
      let e = state[4];
      let f = state[5];
      let g = state[6];
      let h = state[7];
      for (let round = 0; round < 64; round += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[round] + words[round]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      state[0] += a;
      state[1] += b;
      state[2] += c;
      state[3] += d;
      state[4] += e;
      state[5] += f;
      state[6] += g;
      state[7] += h;
    }
  }
}

export class Md5 extends Streaming {
  constructor() {
    super();
    this.isLittle = true;
    this.state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  }

  blocks(bytes, start, end) {
    const { state } = this;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = start; at < end; at += 64) {
      let [a, b, c, d] = state;
      for (let step = 0; step < 64; step += 1) {
        const round = step >> 4;
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = [step, 5 * step + 1, 3 * step + 5, 7 * step][round] & 15;
        const sum = (a + mixed + MD5_CONSTANTS[step] + view.getInt32(at + 4 * word, true)) | 0;
        const turn = MD5_TURNS[round][step & 3];
        [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
      }
      state[0] += a;
      state[1] += b;
      state[2] += c;
      state[3] += d;
    }
  }
}

const ENCODER = new TextEncoder();

export function sha256(text) {
  return new Sha256().update(ENCODER.encode(text)).hex();
}

export function md5(text) {
  return new Md5().update(ENCODER.encode(text)).hex();
}
