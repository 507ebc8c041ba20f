// oauth4webapi on a device without a browser: each step by hand, and every answer read strictly.

import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { finish, settings, step } from "./conversation.mjs";

const options = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(settings.issuer);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
const client = { client_id: settings.client_id };
const authentication = settings.client_secret ? oauth.ClientSecretBasic(settings.client_secret) : oauth.None();

const codes = await oauth.processDeviceAuthorizationResponse(
  server, client,
  await oauth.deviceAuthorizationRequest(server, client, authentication, { scope: settings.scope }, options),
);

async function poll() {
  const answer = await oauth.deviceCodeGrantRequest(server, client, authentication, codes.device_code, options);
  return oauth.processDeviceCodeResponse(server, client, answer);
}

await assert.rejects(poll(), { name: "ResponseBodyError", error: "authorization_pending" });
await assert.rejects(poll(), { name: "ResponseBodyError", error: "slow_down" });
await step("decide", codes);
if (settings.denied) {
  await assert.rejects(poll(), { error: "access_denied" });
  finish({ error: "access_denied" });
} else {
  const tokens = await poll();
  await assert.rejects(poll(), { error: "invalid_grant" });
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const person = await oauth.processUserInfoResponse(
    server, client, claims.sub,
    await oauth.userInfoRequest(server, client, tokens.access_token, options),
  );
  finish({ claims, person, scope: tokens.scope });
}
