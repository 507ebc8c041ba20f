// oauth4webapi, the strictest reader of answers, registers itself and signs somebody in with what it got.

import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { finish, settings, signIn } from "./conversation.mjs";

const options = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(settings.issuer);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));

const register = async (metadata) =>
  oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(server, metadata, {
      ...options,
      initialAccessToken: settings.initial_token,
    }),
  );
const asked = { client_name: "Weather by oauth4webapi", redirect_uris: [settings.redirect_uri], ...settings.metadata };
const client = await register(asked);
await assert.rejects(register({ ...asked, grant_types: ["password"] }), {
  name: "ResponseBodyError",
  error: "invalid_client_metadata",
});
await assert.rejects(register({ ...asked, redirect_uris: ["http://app.example.com/"] }), {
  error: "invalid_redirect_uri",
});
const authentication = client.client_secret ? oauth.ClientSecretPost(client.client_secret) : oauth.None();

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const url = new URL(server.authorization_endpoint);
url.search = new URLSearchParams({
  client_id: client.client_id,
  redirect_uri: settings.redirect_uri,
  response_type: "code",
  scope: settings.scope,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
});
const parameters = oauth.validateAuthResponse(server, client, await signIn(url), state);
const answer = await oauth.authorizationCodeGrantRequest(
  server, client, authentication, parameters, settings.redirect_uri, verifier, options,
);
const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, { requireIdToken: true });
const claims = oauth.getValidatedIdTokenClaims(tokens);
const person = await oauth.processUserInfoResponse(
  server, client, claims.sub,
  await oauth.userInfoRequest(server, client, tokens.access_token, options),
);

finish({ claims, person, client_id: client.client_id, metadata: client });
