// jose in a resource server that holds the portal's key: it opens the JWE, then verifies the token inside.

import assert from "node:assert/strict";
import { compactDecrypt, createRemoteJWKSet, jwtVerify } from "jose";
import { finish, settings } from "./conversation.mjs";

const metadata = await (await fetch(`${settings.issuer}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
const key = Buffer.from(settings.key, "base64url");
const allowed = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] };

const { plaintext, protectedHeader } = await compactDecrypt(settings.access_token, key, allowed);
const signed = new TextDecoder().decode(plaintext);
const { payload } = await jwtVerify(signed, keys, {
  issuer: settings.issuer,
  audience: settings.audience,
  typ: "at+jwt",
});
await assert.rejects(compactDecrypt(settings.access_token, Buffer.alloc(32, 7), allowed), {
  code: "ERR_JWE_DECRYPTION_FAILED",
});
await assert.rejects(jwtVerify(settings.access_token, keys));

finish({ payload, header: protectedHeader });
