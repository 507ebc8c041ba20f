// openid-client, a confidential web app: sign-in with PKCE, state and nonce, then everything its tokens are for.

import assert from "node:assert/strict";
import * as client from "openid-client";
import { finish, settings, signIn } from "./conversation.mjs";

const methods = {
  undefined: undefined, // the client's own default
  basic: client.ClientSecretBasic(settings.client_secret),
  post: client.ClientSecretPost(settings.client_secret),
};
const config = await client.discovery(
  new URL(settings.issuer),
  settings.client_id,
  settings.client_secret,
  methods[settings.method],
  { execute: [client.allowInsecureRequests] },
);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const request = {
  redirect_uri: settings.redirect_uri,
  scope: settings.scope,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
};
const url = settings.pushed
  ? await client.buildAuthorizationUrlWithPAR(config, request)
  : client.buildAuthorizationUrl(config, request);
if (settings.pushed) assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
const callback = await signIn(url);

const tokens = await client.authorizationCodeGrant(config, callback, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
  maxAge: 3600,
});
const claims = tokens.claims();
const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);

const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
assert.notEqual(refreshed.access_token, tokens.access_token);
assert.equal(refreshed.claims().sub, claims.sub);
assert.equal(refreshed.claims().auth_time, claims.auth_time);
const renewed = await client.fetchUserInfo(config, refreshed.access_token, claims.sub);
assert.deepEqual(renewed, person);

const access = await client.tokenIntrospection(config, refreshed.access_token, { token_type_hint: "access_token" });
const refresh = await client.tokenIntrospection(config, refreshed.refresh_token, { token_type_hint: "refresh_token" });
assert.equal(refresh.active, true);

await client.tokenRevocation(config, refreshed.refresh_token, { token_type_hint: "refresh_token" });
const ended = await client.tokenIntrospection(config, refreshed.access_token);
assert.deepEqual(ended, { active: false });
await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: "invalid_grant" });
await assert.rejects(client.fetchUserInfo(config, refreshed.access_token, claims.sub), (error) => {
  assert.equal(error.cause[0].parameters.error, "invalid_token");
  return true;
});

finish({ claims, person, access, scope: tokens.scope, lifetime: tokens.expiresIn() });
