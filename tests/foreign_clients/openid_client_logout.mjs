// openid-client, a confidential web app: signs a person in, and out again by the end session endpoint.

import assert from "node:assert/strict";
import * as client from "openid-client";
import { finish, settings, signIn } from "./conversation.mjs";

const config = await client.discovery(new URL(settings.issuer), settings.client_id, settings.client_secret, undefined, {
  execute: [client.allowInsecureRequests],
});
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
assert.equal(refreshed.claims().sid, tokens.claims().sid);

const bye = client.randomState();
const url = client.buildEndSessionUrl(config, {
  id_token_hint: refreshed.id_token,
  post_logout_redirect_uri: settings.post_logout_redirect_uri,
  state: bye,
});
for (let time = 0; time < 2; time++) {
  const arrived = await signIn(url);
  assert.equal(arrived.origin + arrived.pathname, settings.post_logout_redirect_uri);
  assert.deepEqual([...arrived.searchParams], [["state", bye]]);
}

finish({ claims: tokens.claims() });
