// openid-client with response_mode=form_post: the code comes in the body of a POST.

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
    response_mode: "form_post",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  }),
);
assert.ok(callback instanceof Request);
assert.equal(new URL(callback.url).search, "");

const tokens = await client.authorizationCodeGrant(config, callback, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  idTokenExpected: true,
});

finish({ claims: tokens.claims() });
