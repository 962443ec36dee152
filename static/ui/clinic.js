/** The clinic as the server wrote it into the page: known before any request, and when no request succeeds. */

/** @typedef {{name: string, phone: string, emergency: string, demo: boolean}} Clinic */

/** @returns {Clinic} */
export function clinicOfPage() {
  const { clinicName = "", clinicPhone = "", emergencyNumber = "" } = document.body.dataset;
  const demo = Boolean(document.querySelector(".demo-strip")?.textContent?.trim());
  return { name: clinicName, phone: clinicPhone, emergency: emergencyNumber, demo };
}
