// The tutorial's interceptor: a bearer token, checked by the verifier it uses, with its audience and its scope.
// It answered every failure with 500; here a missing or bad token is 401 and a missing scope is 403.

const OktaJwtVerifier = require("@okta/jwt-verifier");

const verifier = new OktaJwtVerifier({
  issuer: process.env.ISSUER,
  clientId: process.env.CLIENT_ID,
  testing: { disableHttpsCheck: true }, // plain http: for a portal on your own machine only
});

module.exports = async (req, res, next) => {
  const [type, token] = (req.headers.authorization || "").trim().split(" ");
  if (type !== "Bearer" || !token) return res.set("WWW-Authenticate", "Bearer").status(401).end();
  let claims;
  try {
    const verified = await verifier.verifyAccessToken(token, "api://default");
    if (verified.header.typ !== "at+jwt") throw new Error("not an access token");
    claims = verified.claims;
  } catch (error) {
    return res.set("WWW-Authenticate", 'Bearer error="invalid_token"').status(401).end();
  }
  if (!(claims.scp || []).includes(process.env.SCOPE)) {
    const challenge = `Bearer error="insufficient_scope", scope="${process.env.SCOPE}"`;
    return res.set("WWW-Authenticate", challenge).status(403).end();
  }
  return next();
};
