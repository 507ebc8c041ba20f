// jose in a resource server: it verifies our access tokens by the keys it fetches from the portal.

import assert from "node:assert/strict";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { finish, settings } from "./conversation.mjs";

const metadata = await (await fetch(`${settings.issuer}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
const expected = {
  issuer: settings.issuer,
  audience: settings.audience,
  typ: "at+jwt",
  requiredClaims: ["sub", "client_id", "iat", "exp", "jti"],
};

const { payload, protectedHeader } = await jwtVerify(settings.access_token, keys, expected);
await assert.rejects(jwtVerify(settings.access_token, keys, { ...expected, audience: "https://elsewhere.example" }), {
  code: "ERR_JWT_CLAIM_VALIDATION_FAILED",
  claim: "aud",
});
if (settings.id_token) {
  await assert.rejects(jwtVerify(settings.id_token, keys, { ...expected, audience: undefined }), { claim: "typ" });
}
const [head, , signature] = settings.access_token.split(".");
const forged = Buffer.from(JSON.stringify({ ...payload, sub: "somebody else" })).toString("base64url");
await assert.rejects(jwtVerify(`${head}.${forged}.${signature}`, keys, expected), {
  code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
});

finish({ payload, header: protectedHeader });
