// oauth4webapi with DPoP, the strictest reader: it is asked for a nonce where the test says so, and not otherwise.

import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { finish, settings, signIn } from "./conversation.mjs";

const options = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(settings.issuer);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
assert(server.dpop_signing_alg_values_supported.includes(settings.alg));
const client = { client_id: settings.client_id };
const authentication = settings.client_secret ? oauth.ClientSecretBasic(settings.client_secret) : oauth.None();
const key = await oauth.generateKeyPair(settings.alg);
const bound = { ...options, DPoP: oauth.DPoP(client, key) };

const verifier = oauth.generateRandomCodeVerifier();
const url = new URL(server.authorization_endpoint);
url.search = new URLSearchParams({
  client_id: client.client_id,
  redirect_uri: settings.redirect_uri,
  response_type: "code",
  scope: settings.scope,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  dpop_jkt: await bound.DPoP.calculateThumbprint(),
});
const parameters = oauth.validateAuthResponse(server, client, await signIn(url), oauth.expectNoState);

let asked = 0;
async function proving(request, process) {
  try {
    return await process(await request());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    asked += 1;
    return process(await request());
  }
}

const tokens = await proving(
  () => oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, settings.redirect_uri, verifier, bound,
  ),
  (answer) => oauth.processAuthorizationCodeResponse(server, client, answer, { requireIdToken: true }),
);
assert.equal(tokens.token_type, "dpop");
const subject = oauth.getValidatedIdTokenClaims(tokens).sub;
const refreshed = await proving(
  () => oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, bound),
  (answer) => oauth.processRefreshTokenResponse(server, client, answer),
);
const person = await proving(
  () => oauth.userInfoRequest(server, client, refreshed.access_token, bound),
  (answer) => oauth.processUserInfoResponse(server, client, subject, answer),
);
const stolen = { ...options, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };
for (const way of [options, stolen]) {
  await assert.rejects(
    proving(
      () => oauth.userInfoRequest(server, client, refreshed.access_token, way),
      (answer) => oauth.processUserInfoResponse(server, client, subject, answer),
    ),
    { name: "WWWAuthenticateChallengeError", status: 401 },
  );
}
finish({ person, subject, asked });
