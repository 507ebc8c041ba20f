// oauth4webapi knows the password grant only as one it has no name for: it reads the answer strictly all the same.

import * as oauth from "oauth4webapi";
import { finish, settings } from "./conversation.mjs";

const options = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(settings.issuer);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
const client = { client_id: settings.client_id };
const authentication = oauth.ClientSecretPost(settings.client_secret);
const fields = { username: settings.username, password: settings.password, scope: settings.scope };

const tokens = await oauth.processGenericTokenEndpointResponse(server, client,
  await oauth.genericTokenEndpointRequest(server, client, authentication, "password", fields, options));
const claims = oauth.getValidatedIdTokenClaims(tokens);
const person = await oauth.processUserInfoResponse(server, client, claims.sub,
  await oauth.userInfoRequest(server, client, tokens.access_token, options));

let refused;
try {
  await oauth.processGenericTokenEndpointResponse(server, client, await oauth.genericTokenEndpointRequest(
    server, client, authentication, "password", { ...fields, password: "not this one" }, options));
} catch (error) {
  refused = error.error;
}
finish({ person, refused, scope: tokens.scope });
