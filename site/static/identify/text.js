// Texts as Python prints them, which digests of others are of, and messages of the command.

// In quotes, with what is not printable escaped; `isAscii` escapes all that is not ASCII as well.
export function quoted(text, isAscii = false) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const short = { "\\": "\\\\", [mark]: `\\${mark}`, "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const odd = isAscii ? /[\\'"]|[^ -~]/gu : /[\\'"\p{C}\p{Z}]/gu;
  const escaped = text.replace(odd, (character) => {
    if (short[character]) return short[character];
    if (" '\"".includes(character)) return character;
    const code = character.codePointAt(0);
    const [letter, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(digits, "0")}`;
  });
  return `${mark}${escaped}${mark}`;
}
