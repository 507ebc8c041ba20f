// express-openid-connect: the code flow, signing out at the portal, and back-channel logout.

import session from "express-session";
import oidc from "express-openid-connect";
import { express, serve, settings } from "./serving.mjs";

const app = express();
app.use(
  oidc.auth({
    issuerBaseURL: settings.issuer,
    baseURL: settings.url,
    clientID: settings.client_id,
    clientSecret: settings.client_secret,
    secret: settings.client_secret,
    authRequired: false,
    idpLogout: true,
    authorizationParams: { response_type: "code", scope: "openid profile email" },
    backchannelLogout: { store: new session.MemoryStore() },
  }),
);
app.get("/", async (request, response) => {
  const userinfo = request.oidc.isAuthenticated() ? await request.oidc.fetchUserInfo() : null;
  response.json({ claims: request.oidc.idTokenClaims ?? null, userinfo });
});
app.get("/refresh", async (request, response) => {
  const token = await request.oidc.accessToken.refresh();
  response.json({ expires_in: token.expires_in });
});
app.get("/is-in", (request, response) => response.json(request.oidc.isAuthenticated()));
serve(app);
