// A certified provider (npm: oidc-provider) on a free port of loopback, with the smallest possible pages. Tells its address in one
// line of standard output and ends with its standard input.
//   node provider.mjs '{"redirect_uri": "http://…/auth/oidc/callback", "secret": "…"}'
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { redirect_uri: redirectUri, secret } = JSON.parse(process.argv[2]);
const ALGORITHMS = { RS256: ["rsa", { modulusLength: 2048 }], ES256: ["ec", { namedCurve: "P-256" }], EdDSA: ["ed25519", {}] };

/** @param {string} algorithm */
function key(algorithm) {
  const [kind, options] = ALGORITHMS[algorithm];
  return { ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), use: "sig", kid: algorithm };
}

/** @param {string} algorithm */
const client = (algorithm) => ({
  client_id: `telemed-${algorithm}`,
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ["authorization_code"],
  response_types: ["code"],
  id_token_signed_response_alg: algorithm,
});

/** A person is called `<name>` or `<name>+mfa`; `<name>@unverified` has an address nobody checked. @param {string} id */
const claimsOf = (id) => ({ sub: id, email: `${id.split(/[+@]/)[0]}@clinic.example`, email_verified: !id.endsWith("@unverified") });

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: Object.keys(ALGORITHMS).map(client),
    jwks: { keys: Object.keys(ALGORITHMS).map(key) },
    cookies: { keys: ["for-tests-only"] },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(ALGORITHMS) },
    claims: { openid: ["sub", "amr"], email: ["email", "email_verified"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  server.on("request", (request, response) => {
    if (request.url.startsWith("/interaction/")) void interact(provider, request, response);
    else provider.callback()(request, response);
  });
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

/** The page that asks who one is, and what it sends. */
async function interact(provider, request, response) {
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end('<!doctype html><title>Provider</title><form method="post"><label>Name <input name="login" autofocus></label><button>Go</button></form>');
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const login = new URLSearchParams(body).get("login");
  const result = login
    ? { login: { accountId: login, amr: login.endsWith("+mfa") ? ["pwd", "mfa"] : ["pwd"] } }
    : { error: "access_denied", error_description: "The person said no." };
  await provider.interactionFinished(request, response, result);
}
