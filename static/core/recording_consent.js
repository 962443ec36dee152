// The words everybody is asked with before being recorded. The server knows them by version and hash
// (telemed/care/recording/texts.py): whoever changes a word there gives it a new version.

/** Version of the words; every answer names it. */
export const CONSENT_VERSION = "2026-11";

/** The points in their order; `kept` takes `days` (0: until somebody erases it). */
export const CONSENT_POINTS = [
  "recording.consent.what", "recording.consent.why", "recording.consent.who", "recording.consent.kept",
  "recording.consent.others", "recording.consent.change", "recording.consent.same_care",
];
