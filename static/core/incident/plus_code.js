// The Open Location Code of a place, all ten digits: a square of about 14 m, short enough to read aloud over a bad line.
// https://github.com/google/open-location-code/blob/main/Documentation/Specification/specification.md

/** Digits that are not taken for one another, and spell no words. */
const DIGITS = "23456789CFGHJMPQRVWX";
const BASE = DIGITS.length;
/** Pairs of digits: latitude, longitude. Each is twenty times as fine as the one before. */
const PAIRS = 5;
/** Squares to a degree at full length. */
const TO_A_DEGREE = 8_000;
/** The separator stands behind this many digits. */
const SEPARATOR_AT = 8;
/** Parts of a degree that are kept, so that 0.1 + 0.2 falls into the square of 0.3. */
const KEPT = 1e8;

/**
 * @param {number} degrees
 * @param {number} shift so that it is never negative
 * @returns {number} number of the square, counted from the south pole or the date line
 */
function squareOf(degrees, shift) {
  return Math.floor(Math.round((degrees + shift) * TO_A_DEGREE * KEPT) / KEPT);
}

/**
 * @param {number} latitude degrees; beyond the poles counts as the pole
 * @param {number} longitude degrees, any turn
 * @returns {string} such as "9F4MGC22+22"; "" when it is no place
 */
export function plusCode(latitude, longitude) {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return "";
  const turned = ((((longitude + 180) % 360) + 360) % 360) - 180;
  let north = Math.min(squareOf(Math.max(-90, latitude), 90), 180 * TO_A_DEGREE - 1); // The pole itself lies in the last square.
  let east = squareOf(turned, 180);
  let code = "";
  for (let pair = 0; pair < PAIRS; pair += 1) {
    code = `${DIGITS[north % BASE]}${DIGITS[east % BASE]}${code}`;
    north = Math.floor(north / BASE);
    east = Math.floor(east / BASE);
  }
  return `${code.slice(0, SEPARATOR_AT)}+${code.slice(SEPARATOR_AT)}`;
}
