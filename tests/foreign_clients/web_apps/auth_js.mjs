// Auth.js in Express: discovery, PKCE, state and nonce, the token endpoint with basic.

import { ExpressAuth, getSession } from "@auth/express";
import { express, serve, settings } from "./serving.mjs";

const config = {
  trustHost: true,
  pages: { error: "/refused", signIn: "/refused" },
  secret: settings.client_secret,
  providers: [
    {
      id: "pforte",
      name: "Pforte",
      type: "oidc",
      issuer: settings.issuer,
      clientId: settings.client_id,
      clientSecret: settings.client_secret,
      checks: ["pkce", "state", "nonce"],
    },
  ],
  callbacks: {
    jwt: ({ token, account, profile }) => (account ? { ...token, profile, scope: account.scope } : token),
    session: ({ session, token }) => ({ ...session, profile: token.profile, scope: token.scope }),
  },
};

const app = express();
app.set("trust proxy", true);
app.use(/^\/auth\/(.+)/, ExpressAuth(config)); // the form in which Express 5 tells it where it is mounted
app.get("/", async (request, response) => response.json({ session: await getSession(request, config) }));
app.get("/refused", (request, response) => response.json({ refused: request.query.error }));
serve(app);
