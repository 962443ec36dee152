// Languages clinics meet most, sign languages among them (BCP 47), and what they are called.

export const SPOKEN_LANGUAGES = ["de", "en", "ar", "bg", "bs", "cs", "da", "el", "es", "fa", "fr", "hi", "hr", "hu", "it", "ku", "nl", "pl", "pt", "ro", "ru", "sk", "so", "sq", "sr", "sv", "ta", "ti", "tr", "uk", "ur", "vi", "zh", "gsg", "bfi", "ase"];

/**
 * @param {string} tag BCP 47
 * @param {string} reader language to say it in
 * @returns {string} "Persian"; the tag where the browser has no name for it
 */
export function nameOfLanguage(tag, reader) {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
