// Whole numbers of headers, up to 2^63 - 1: a Number where that is exact, else a BigInt.

export const LARGEST = 2n ** 63n - 1n;

export function whole(big) {
  return big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big;
}

// A text of decimal digits.
export function parsed(digits) {
  return digits.length < 16 ? Number(digits) : whole(BigInt(digits));
}

export function product(numbers) {
  let found = 1;
  for (const number of numbers) {
    const next = typeof found === "number" && typeof number === "number" ? found * number : NaN;
    found = Number.isSafeInteger(next) ? next : whole(BigInt(found) * BigInt(number));
  }
  return found;
}

export function difference(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : Number(BigInt(a) - BigInt(b));
}

export function sum(a, b) {
  const found = typeof a === "number" && typeof b === "number" ? a + b : NaN;
  return Number.isSafeInteger(found) ? found : whole(BigInt(a) + BigInt(b));
}

// Compares texts as code points order them, which is not how UTF-16 does.
export function byCodePoint(a, b) {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === end) return a.length - b.length;
  const high = (code) => code >= 0xd800 && code < 0xe000;
  const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
  if (high(one) !== high(other)) return high(one) ? 1 : -1;
  return one - other;
}
