/** Calling codes of two digits (ITU-T E.164); beside them 1 and 7 have one digit, all others three. */
const OF_TWO_DIGITS = new Set(
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

/** How many digits the calling code of a number has that begins with these two. */
export function callingCodeLength(first: number, second: number): number {
  return first === 1 || first === 7 ? 1 : OF_TWO_DIGITS.has(`${first}${second}`) ? 2 : 3;
}

/** What is left of a number that begins with its calling code, without + and zeros. */
export function nationalNumber(digits: string): string {
  return digits.slice(callingCodeLength(Number(digits[0]), Number(digits[1]))).replace(/^0+/, '');
}
