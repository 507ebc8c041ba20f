// openid-client registers itself, signs somebody in with what it got, and manages its registration (RFC 7591, RFC 7592).

import assert from "node:assert/strict";
import * as client from "openid-client";
import { finish, settings, signIn } from "./conversation.mjs";

const config = await client.dynamicClientRegistration(
  new URL(settings.issuer),
  { client_name: "Weather by openid-client", redirect_uris: [settings.redirect_uri], ...settings.metadata },
  undefined, // the method that the answer names
  { execute: [client.allowInsecureRequests], initialAccessToken: settings.initial_token },
);
const registered = config.clientMetadata();
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
const claims = tokens.claims();
const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
assert.equal(refreshed.claims().sub, claims.sub);

const headers = {
  authorization: `Bearer ${registered.registration_access_token}`,
  "content-type": "application/json",
};
const manage = (method, body) => fetch(registered.registration_client_uri, { method, headers, body });
const read = await (await manage("GET")).json();
for (const [name, value] of Object.entries(read)) assert.deepEqual(registered[name], value, name);
const renamed = await (await manage("PUT", JSON.stringify({ ...read, client_name: "Renamed" }))).json();
assert.deepEqual(renamed, { ...read, client_name: "Renamed" });
assert.equal((await manage("DELETE")).status, 204);
assert.equal((await manage("GET")).status, 401);
await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: "invalid_client" });

finish({ claims, person, client_id: registered.client_id, metadata: read });
