import assert from "node:assert/strict";
import test from "node:test";
import { signerFor } from "../core/signer.js";

/** @param {string} id @param {string} [role] @param {string[]} needs @returns {any} */
const one = (id, role = "patient", ...needs) => ({ id, role, needs });

test("the interpreter is seen by who signs, and who signs by the interpreter", () => {
  const deaf = one("deaf", "patient", "sign_language");
  const carer = one("carer", "carer", "sign_language");
  const interpreter = one("interpreter", "interpreter");
  const doctor = one("doctor", "clinician");
  assert.equal(signerFor(deaf, [doctor, carer, interpreter]), "interpreter");
  assert.equal(signerFor(interpreter, [doctor, deaf]), "deaf");
  assert.equal(signerFor(deaf, [doctor, carer]), "carer");
  assert.equal(signerFor(deaf, [doctor]), null);
  assert.equal(signerFor(doctor, [deaf, interpreter]), null, "who hears chooses");
  assert.equal(signerFor(one("hard of hearing", "patient", "cannot_hear"), [interpreter]), null);
  assert.equal(signerFor(null, [interpreter]), null);
  assert.equal(signerFor({ id: "deaf", role: "patient" }, [interpreter]), null);
});
