// openid-client with DPoP: code bound from the start, tokens, renewal and userinfo; without the key nothing works.
// It repeats requests by itself where a nonce is wanted.

import assert from "node:assert/strict";
import * as client from "openid-client";
import { finish, settings, signIn } from "./conversation.mjs";

const config = await client.discovery(
  new URL(settings.issuer),
  settings.client_id,
  settings.client_secret ?? undefined,
  settings.client_secret ? undefined : client.None(),
  { execute: [client.allowInsecureRequests] },
);
const key = await client.randomDPoPKeyPair(settings.alg);
const DPoP = client.getDPoPHandle(config, key);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const callback = await signIn(
  client.buildAuthorizationUrl(config, {
    redirect_uri: settings.redirect_uri,
    scope: settings.scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    dpop_jkt: await DPoP.calculateThumbprint(),
    state,
  }),
);
const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(config, callback, checks, undefined, { DPoP });
assert.equal(tokens.token_type, "dpop");
const subject = tokens.claims().sub;
const person = await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP });

const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
assert.equal(refreshed.token_type, "dpop");
const renewed = await client.fetchUserInfo(config, refreshed.access_token, subject, { DPoP });
assert.deepEqual(renewed, person);
const greeted = await client.fetchProtectedResource(
  config, refreshed.access_token, new URL(`${settings.issuer}/api/greet`), "GET", undefined, undefined, { DPoP },
);
assert.equal(greeted.status, 200);

const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, subject));
await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, subject, { DPoP: other }));
if (!settings.client_secret) {
  await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token));
  await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token, undefined, { DPoP: other }));
  await client.refreshTokenGrant(config, refreshed.refresh_token, undefined, { DPoP });
}
const access = settings.client_secret ? await client.tokenIntrospection(config, refreshed.access_token) : null;
finish({ person, subject, access, jkt: await DPoP.calculateThumbprint() });
