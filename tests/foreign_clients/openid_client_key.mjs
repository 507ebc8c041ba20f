// openid-client with private_key_jwt: it signs instead of sending a secret, at every endpoint that asks who it is.

import assert from "node:assert/strict";
import { importJWK } from "jose";
import * as client from "openid-client";
import { finish, settings, signIn } from "./conversation.mjs";

const key = await importJWK(settings.private_jwk, settings.private_jwk.alg);
const config = await client.discovery(
  new URL(settings.issuer),
  settings.client_id,
  undefined,
  client.PrivateKeyJwt({ key, kid: settings.private_jwk.kid }),
  { execute: [client.allowInsecureRequests] },
);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const callback = await signIn(
  client.buildAuthorizationUrl(config, {
    redirect_uri: settings.redirect_uri,
    scope: settings.scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  }),
);

const tokens = await client.authorizationCodeGrant(config, callback, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  idTokenExpected: true,
});
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
const access = await client.tokenIntrospection(config, refreshed.access_token);
const own = await client.clientCredentialsGrant(config);
assert.equal(own.token_type, "bearer");
await client.tokenRevocation(config, refreshed.refresh_token);
assert.deepEqual(await client.tokenIntrospection(config, refreshed.access_token), { active: false });

finish({ claims: tokens.claims(), access });
