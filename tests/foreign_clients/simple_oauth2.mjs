// simple-oauth2, which knows nothing of OpenID Connect and no discovery: the code, a refresh, the end; and its two
// other grants.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { AuthorizationCode, ClientCredentials } from "simple-oauth2";
import { finish, settings, signIn } from "./conversation.mjs";

const config = {
  client: { id: settings.client_id, secret: settings.client_secret },
  auth: {
    tokenHost: settings.issuer,
    tokenPath: "/oauth/token",
    authorizePath: "/oauth/authorize",
    revokePath: "/oauth/revoke",
  },
  options: { authorizationMethod: settings.method },
};
const { redirect_uri, scope } = settings;

const client = new AuthorizationCode(config);
const { authorizePath, ...auth } = config.auth;
const itsOwn = new ClientCredentials({ ...config, auth });
const state = randomUUID();
const callback = await signIn(client.authorizeURL({ redirect_uri, scope, state }));
assert.equal(callback.searchParams.get("state"), state);

if (settings.denied) {
  finish({ error: callback.searchParams.get("error") });
} else {
  const code = callback.searchParams.get("code");
  const first = await client.getToken({ code, redirect_uri });
  assert.equal(first.expired(), false);
  const person = await userinfo(first);
  const second = await client.createToken(JSON.parse(JSON.stringify(first))).refresh();
  assert.notEqual(second.token.access_token, first.token.access_token);
  assert.deepEqual(await userinfo(second), person);
  await second.revokeAll();
  assert.equal(await userinfo(second), 401);
  await assert.rejects(second.refresh(), (error) => error.data.payload.error === "invalid_grant");
  await assert.rejects(client.getToken({ code, redirect_uri }), (error) => error.data.payload.error === "invalid_grant");

  const itself = await itsOwn.getToken({});
  finish({ person, scope: first.token.scope, itself: itself.token.token_type });
}

async function userinfo(token) {
  const authorization = `Bearer ${token.token.access_token}`;
  const answer = await fetch(`${settings.issuer}/oauth/userinfo`, { headers: { authorization } });
  return answer.ok ? answer.json() : answer.status;
}
