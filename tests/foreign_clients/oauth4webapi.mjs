// oauth4webapi, the strictest reader of answers: with a secret a web app, without one an app that can keep none.

import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { finish, settings, signIn } from "./conversation.mjs";

const options = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(settings.issuer);
const algorithms = settings.oauth2 ? { algorithm: "oauth2" } : {};
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { ...options, ...algorithms }),
);
const client = { client_id: settings.client_id, require_auth_time: true };
const secret = settings.client_secret;
const authentication = secret ? oauth.ClientSecretBasic(secret) : oauth.None();

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const url = new URL(server.authorization_endpoint);
const request = new URLSearchParams({
  client_id: client.client_id,
  redirect_uri: settings.redirect_uri,
  response_type: "code",
  scope: settings.scope,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
url.search = settings.pushed ? await push() : request;
const callback = await signIn(url);

if (settings.denied) {
  assert.throws(() => oauth.validateAuthResponse(server, client, callback, state), {
    name: "AuthorizationResponseError",
    error: settings.denied === true ? "access_denied" : settings.denied,
  });
  finish({ error_uri: callback.searchParams.get("error_uri") });
} else {
  finish(await useTokens(oauth.validateAuthResponse(server, client, callback, state)));
}

async function push() {
  const answer = await oauth.pushedAuthorizationRequest(server, client, authentication, request, options);
  const pushed = await oauth.processPushedAuthorizationResponse(server, client, answer);
  assert.equal(pushed.expires_in, 60);
  return new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
}

async function useTokens(parameters) {
  const answer = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, settings.redirect_uri, verifier, options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, answer, options);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const refreshed = await refresh(tokens.refresh_token);
  const person = await oauth.processUserInfoResponse(
    server, client, claims.sub,
    await oauth.userInfoRequest(server, client, refreshed.access_token, options),
  );
  await readAsResourceServer(refreshed.access_token, claims.sub);
  const access = secret ? await introspect(refreshed.access_token) : null;
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, authentication, refreshed.refresh_token, options),
  );
  await assert.rejects(refresh(refreshed.refresh_token), { error: "invalid_grant" });
  if (secret) assert.deepEqual(await introspect(refreshed.access_token), { active: false });
  await assert.rejects(oauth.userInfoRequest(server, client, refreshed.access_token, options)
    .then((ended) => oauth.processUserInfoResponse(server, client, claims.sub, ended)),
    { name: "WWWAuthenticateChallengeError", status: 401 });
  return { claims, person, access };
}

async function refresh(token) {
  const answer = await oauth.refreshTokenGrantRequest(server, client, authentication, token, options);
  return oauth.processRefreshTokenResponse(server, client, answer);
}

async function readAsResourceServer(token, subject) {
  const request = new Request("https://api.example.com/", { headers: { authorization: `Bearer ${token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, settings.issuer, options);
  assert.equal(claims.sub, subject);
}

// As JSON and as a signed JWT (RFC 9701), which say the same.
async function introspect(token) {
  const answer = await oauth.introspectionRequest(server, client, authentication, token, options);
  const found = await oauth.processIntrospectionResponse(server, client, answer);
  const signed = await oauth.introspectionRequest(
    server, client, authentication, token, { ...options, requestJwtResponse: true },
  );
  assert.match(signed.headers.get("content-type"), /^application\/token-introspection\+jwt$/);
  assert.deepEqual(await oauth.processIntrospectionResponse(server, client, signed), found);
  await oauth.validateApplicationLevelSignature(server, signed, options);
  return found;
}
