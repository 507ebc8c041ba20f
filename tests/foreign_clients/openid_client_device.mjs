// openid-client on a device without a browser: it shows a code, and polls while somebody enters it elsewhere.

import * as client from "openid-client";
import { finish, settings, step } from "./conversation.mjs";

const authentication = settings.client_secret ? client.ClientSecretPost(settings.client_secret) : client.None();
const config = await client.discovery(
  new URL(settings.issuer),
  settings.client_id,
  undefined,
  authentication,
  { execute: [client.allowInsecureRequests] },
);
const codes = await client.initiateDeviceAuthorization(config, { scope: settings.scope });
const polling = client.pollDeviceAuthorizationGrant(config, codes).then(
  (tokens) => ({ tokens }),
  (error) => ({ error: error.error }),
);
await step("decide", codes);
const { tokens, error } = await polling;
if (error) {
  finish({ error });
} else {
  const claims = tokens.claims();
  const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  finish({ claims, person, scope: refreshed.scope });
}
