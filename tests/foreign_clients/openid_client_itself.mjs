// openid-client without any person: client_credentials, for a service that acts for itself.

import assert from "node:assert/strict";
import * as client from "openid-client";
import { finish, settings } from "./conversation.mjs";

const config = await client.discovery(new URL(settings.issuer), settings.client_id, settings.client_secret, undefined, {
  execute: [client.allowInsecureRequests],
});

const tokens = await client.clientCredentialsGrant(config, { scope: settings.scope });
assert.equal(tokens.refresh_token, undefined);
const access = await client.tokenIntrospection(config, tokens.access_token);
await client.tokenRevocation(config, tokens.access_token);
assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false });
await assert.rejects(client.clientCredentialsGrant(config, { scope: "openid" }), { error: "invalid_scope" });

finish({ access, access_token: tokens.access_token, scope: tokens.scope });
