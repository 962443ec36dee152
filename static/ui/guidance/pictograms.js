/** Pictograms of instructions and requests, drawn by us: thick lines on a field of 100 by 100, to be understood without a word. */

/** @typedef {[tag: string, attributes: Record<string, string | number>]} Shape */

const GROUND = /** @type {Shape} */ (["path", { d: "M6 90H94" }]);
const PHONE = /** @type {Shape} */ (["rect", { x: 34, y: 14, width: 32, height: 60, rx: 6 }]);
const LENS = /** @type {Shape} */ (["circle", { cx: 50, cy: 26, r: 4, class: "pictogram__full" }]);

/** Somebody on their back along the ground, head left. @type {Shape[]} */
const LYING = [
  ["circle", { cx: 14, cy: 76, r: 8, class: "pictogram__full" }],
  ["path", { d: "M26 80H92", "stroke-width": 10 }],
];

/** A page turned towards the person who reads it: arrows that point at a middle. @type {Shape[]} */
const INWARDS = [
  ["path", { d: "M8 8l18 18M26 12v14H12" }],
  ["path", { d: "M92 8L74 26M74 12v14h14" }],
  ["path", { d: "M8 92l18-18M26 88V74H12" }],
  ["path", { d: "M92 92L74 74M74 88V74h14" }],
];

/** @type {Record<string, Shape[]>} */
export const PICTOGRAMS = {
  "recovery-position": [
    GROUND,
    ["circle", { cx: 16, cy: 64, r: 9, class: "pictogram__full" }],
    ["path", { d: "M28 70L60 74L92 84", "stroke-width": 9 }],
    ["path", { d: "M58 72L72 48L84 62", "stroke-width": 8 }],
    ["path", { d: "M34 70L46 54L24 78", "stroke-width": 6 }],
    ["path", { d: "M40 34a22 16 0 0 1 38-6M80 14v15H65", class: "pictogram__mark" }],
  ],
  cpr: [
    GROUND,
    ...LYING,
    ["circle", { cx: 62, cy: 16, r: 9, class: "pictogram__full" }],
    ["path", { d: "M66 28L78 52L66 72H86", "stroke-width": 8 }],
    ["path", { d: "M64 32L46 52V70", "stroke-width": 7 }],
    ["path", { d: "M24 34v28M14 50l10 12l10-12", class: "pictogram__mark" }],
  ],
  "press-wound": [
    ["path", { d: "M6 74H94M6 94H94" }],
    ["rect", { x: 34, y: 60, width: 32, height: 16, rx: 3, class: "pictogram__full" }],
    ["path", { d: "M36 56V34a5 5 0 0 1 10 0V26a5 5 0 0 1 10 0v8a5 5 0 0 1 10 0v22" }],
    ["path", { d: "M18 14v34M8 36l10 12l10-12M82 14v34M72 36l10 12l10-12", class: "pictogram__mark" }],
  ],
  aed: [
    ["rect", { x: 10, y: 22, width: 80, height: 64, rx: 10 }],
    ["path", { d: "M36 22v-8h28v8" }],
    ["path", { d: "M50 76C30 62 24 54 24 46a13 13 0 0 1 26-4a13 13 0 0 1 26 4c0 8-6 16-26 30z", class: "pictogram__full" }],
    ["path", { d: "M53 40l-9 14h12l-7 13", class: "pictogram__void" }],
  ],
  "turn-camera": [
    PHONE,
    LENS,
    ["path", { d: "M22 62A34 20 0 0 0 78 62M80 48v15H65", class: "pictogram__mark" }],
    ["path", { d: "M22 30A34 20 0 0 1 30 18M78 30A34 20 0 0 0 70 18", class: "pictogram__mark" }],
  ],
  closer: [...INWARDS, ["circle", { cx: 50, cy: 44, r: 9, class: "pictogram__full" }], ["path", { d: "M34 70a16 14 0 0 1 32 0" }]],
  "hold-still": [
    ["rect", { x: 36, y: 10, width: 28, height: 50, rx: 6 }],
    ["path", { d: "M36 42L22 62v28M64 42l14 20v28M36 54l10 12v24M64 54L54 66v24" }],
    ["path", { d: "M22 16v22M12 20v14M78 16v22M88 20v14", class: "pictogram__mark" }],
    ["path", { d: "M8 40L28 12M92 40L72 12", class: "pictogram__mark" }],
  ],
  light: [
    ["path", { d: "M34 34H66L58 52V90H42V52z" }],
    ["path", { d: "M50 62v8" }],
    ["path", { d: "M50 22V8M30 24L22 12M70 24l8-12", class: "pictogram__mark" }],
  ],
  zoom: [
    ["circle", { cx: 42, cy: 42, r: 30 }],
    ["path", { d: "M64 64L90 90", "stroke-width": 9 }],
    ["path", { d: "M42 28v28M28 42h28", class: "pictogram__mark" }],
  ],
  point: [
    ["path", { d: "M8 12H92V74H64M8 12V74H22" }],
    ["circle", { cx: 60, cy: 36, r: 15, class: "pictogram__mark" }],
    ["path", { d: "M20 96L46 58M30 56l17-3l4 17", class: "pictogram__mark" }],
  ],
  camera: [
    ["path", { d: "M12 34H30l6-10H64l6 10H88V82H12z" }],
    ["path", { d: "M34 58a16 16 0 0 1 30-7M66 40v12H54M66 58a16 16 0 0 1-30 7M34 76V64h12", class: "pictogram__mark" }],
  ],
  still: [
    ["path", { d: "M12 34H30l6-10H64l6 10H88V82H12z" }],
    ["circle", { cx: 50, cy: 57, r: 15, class: "pictogram__mark" }],
  ],
  call: [
    ["path", { d: "M22 14h16l8 20l-11 8a46 46 0 0 0 23 23l8-11l20 8v16a10 10 0 0 1-10 10A68 68 0 0 1 12 24a10 10 0 0 1 10-10z" }],
  ],
  place: [
    ["path", { d: "M50 92C28 66 20 54 20 40a30 30 0 0 1 60 0c0 14-8 26-30 52z" }],
    ["circle", { cx: 50, cy: 40, r: 11, class: "pictogram__mark" }],
  ],
};
