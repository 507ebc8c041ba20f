// Zapier's platform: an integration as its command-line tool lays it out, run by zapier-platform-core itself.
// What Zapier's servers do around it is done here: they make `state` and, with PKCE, verifier and challenge.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import zapier from "zapier-platform-core";
import { finish, settings, signIn, step } from "./conversation.mjs";

process.env.CLIENT_ID = settings.client_id;
process.env.CLIENT_SECRET = settings.client_secret;

const credentials = { client_id: "{{process.env.CLIENT_ID}}", client_secret: "{{process.env.CLIENT_SECRET}}" };
const form = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };

async function getAccessToken(z, bundle) {
  const { code, redirect_uri, code_verifier } = bundle.inputData;
  const response = await z.request({
    url: `${settings.issuer}/oauth/token`,
    method: "POST",
    body: {
      client_id: process.env.CLIENT_ID,
      client_secret: process.env.CLIENT_SECRET,
      grant_type: "authorization_code",
      code,
      ...(settings.omits_redirect_uri ? {} : { redirect_uri }),
      ...(code_verifier ? { code_verifier } : {}),
    },
    headers: form,
  });
  return { access_token: response.data.access_token, refresh_token: response.data.refresh_token };
}

const App = {
  version: "1.0.0",
  platformVersion: zapier.version,
  authentication: {
    type: "oauth2",
    test: { url: `${settings.issuer}/oauth/me` },
    connectionLabel: "{{username}}",
    oauth2Config: {
      authorizeUrl: {
        url: `${settings.issuer}/oauth/authorize`,
        params: {
          client_id: credentials.client_id,
          state: "{{bundle.inputData.state}}",
          redirect_uri: "{{bundle.inputData.redirect_uri}}",
          response_type: "code",
        },
      },
      getAccessToken,
      refreshAccessToken: {
        url: `${settings.issuer}/oauth/token`,
        method: "POST",
        body: { ...credentials, refresh_token: "{{bundle.authData.refresh_token}}", grant_type: "refresh_token" },
        headers: form,
      },
      scope: settings.scope,
      enablePkce: Boolean(settings.pkce),
      autoRefresh: true,
    },
  },
  beforeRequest: [
    (request, _z, bundle) => {
      if (bundle.authData?.access_token) request.headers.Authorization = `Bearer ${bundle.authData.access_token}`;
      return request;
    },
  ],
};
const { authentication } = App;
const run = zapier.createAppTester(App);

/** The authorizeUrl as the platform opens it: with the scopes, and the challenge of PKCE. */
async function opened(inputData, verifier) {
  const url = new URL(await run(authentication.oauth2Config.authorizeUrl, { inputData }));
  url.searchParams.set("scope", authentication.oauth2Config.scope);
  if (verifier) {
    url.searchParams.set("code_challenge", createHash("sha256").update(verifier).digest("base64url"));
    url.searchParams.set("code_challenge_method", "S256");
  }
  return url;
}

const test = (authData) => run(authentication.test, { authData });
const refresh = (authData) => run(authentication.oauth2Config.refreshAccessToken, { authData });

/** What the platform makes of a failure: RefreshAuthError asks for a refresh; a status is that of the answer. */
async function failure(promise) {
  const error = await promise.then(() => assert.fail("it went well"), (error) => error);
  return { name: error.name, status: error.name === "ResponseError" ? JSON.parse(error.message).status : null };
}

const verifier = settings.pkce ? randomBytes(48).toString("base64url") : undefined;
const inputData = { state: `${Date.now()}::${randomBytes(9).toString("base64")}`, redirect_uri: settings.redirect_uri };
const callback = await signIn(await opened(inputData, verifier));
assert.equal(callback.searchParams.get("state"), inputData.state);
assert.equal(`${callback.origin}${callback.pathname}`, settings.redirect_uri);

const code = callback.searchParams.get("code");
const first = await run(getAccessToken, { inputData: { ...inputData, code, code_verifier: verifier } });
const label = await test(first);

const second = await refresh(first);
assert.notEqual(second.access_token, first.access_token);
const again = await refresh(first); // the answer was lost on its way: the same successor, within two minutes
assert.equal(again.refresh_token, second.refresh_token);
assert.deepEqual(await test(second), label);
const third = await refresh(second);

let trouble;
if (settings.loses_database) {
  await step("lose the database");
  trouble = { test: await failure(test(third)), refresh: await failure(refresh(third)) };
  await step("bring the database back");
  assert.deepEqual(await test(third), label);
}
const kept = await refresh(third);

const revoked = { ...form, authorization: `Basic ${btoa(`${settings.client_id}:${settings.client_secret}`)}` };
const body = new URLSearchParams({ token: kept.access_token });
await fetch(`${settings.issuer}/oauth/revoke`, { method: "POST", headers: revoked, body });
const stale = await failure(test(kept));
const mended = await refresh(kept);
assert.deepEqual(await test(mended), label);

await step("disconnect");
const disconnected = { test: await failure(test(mended)), refresh: await failure(refresh(mended)) };

finish({ label, trouble, stale, disconnected });
